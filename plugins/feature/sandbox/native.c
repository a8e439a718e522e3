// What the sandbox does in a process with one thread; see native.ts.
typedef unsigned long size_t; typedef unsigned long long u64; typedef unsigned int u32;
/* The one way into the kernel: number and six arguments moved to where the kernel wants them. Gives what the kernel gave, -error when it failed. */
#ifdef __aarch64__
enum { sys_clone = 220, sys_seccomp = 277, sys_capset = 91, sys_sigprocmask = 135, sys_sigaction = 134, sys_read = 63, sys_write = 64, sys_openat = 56,
  sys_close = 57, sys_mount = 40, sys_mkdirat = 34, sys_symlinkat = 36, sys_socket = 198, sys_ioctl = 29, sys_prctl = 167, sys_chdir = 49, sys_wait4 = 260,
  sys_kill = 129, sys_getpid = 172, sys_getuid = 174, sys_getgid = 176, sys_exit = 94, sys_execve = 221, sys_pipe2 = 59, sys_mmap = 222 };
static const u32 door[] __attribute__((section(".text"), aligned(16))) = {
  0xaa0003e8, 0xaa0103e0, 0xaa0203e1, 0xaa0303e2, 0xaa0403e3, 0xaa0503e4, 0xaa0603e5, 0xd4000001, 0xd65f03c0 };
#else
enum { sys_clone = 56, sys_seccomp = 317, sys_capset = 126, sys_sigprocmask = 14, sys_sigaction = 13, sys_read = 0, sys_write = 1, sys_openat = 257,
  sys_close = 3, sys_mount = 165, sys_mkdirat = 258, sys_symlinkat = 266, sys_socket = 41, sys_ioctl = 16, sys_prctl = 157, sys_chdir = 80, sys_wait4 = 61,
  sys_kill = 62, sys_getpid = 39, sys_getuid = 102, sys_getgid = 104, sys_exit = 231, sys_execve = 59, sys_pipe2 = 293, sys_mmap = 9 };
static const unsigned char door[] __attribute__((section(".text"), aligned(16))) = {
  0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89, 0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3 };
#endif
typedef long (*door_t)(long, long, long, long, long, long, long);
static int failed; static long call(long number, long a, long b, long c, long d, long e, long f) {
  long result = ((door_t)door)(number, a, b, c, d, e, f);
  if (result < 0) failed = -result;
  return result;
}
#define SYS6(n, a, b, c, d, e, f) call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define SYS5(n, a, b, c, d, e) SYS6(n, a, b, c, d, e, 0)
#define SYS3(n, a, b, c) SYS6(n, a, b, c, 0, 0, 0)
static int open(const char *path, int flags, int mode) { return SYS6(sys_openat, -100, path, flags, mode, 0, 0); }
static int close(int fd) { return SYS3(sys_close, fd, 0, 0); } static long read(int fd, void *to, size_t most) { return SYS3(sys_read, fd, to, most); }
static long write(int fd, const void *from, size_t count) { return SYS3(sys_write, fd, from, count); }
static int mount(const char *what, const char *where, const char *kind, long flags, const char *data) { return SYS5(sys_mount, what, where, kind, flags, data); }
static int mkdir(const char *path, int mode) { return SYS3(sys_mkdirat, -100, path, mode); }
static int symlink(const char *to, const char *path) { return SYS3(sys_symlinkat, to, -100, path); }
static int prctl(int what, long value) { return SYS5(sys_prctl, what, value, 0, 0, 0); }
static void quit(int code) { for (;;) SYS3(sys_exit, code, 0, 0); }
/* Bun gives every program these two. */
extern void *memset(void *, int, size_t), *memcpy(void *, const void *, size_t);
static size_t strlen(const char *text) { size_t count = 0; while (text[count]) count++; return count; }
static char *add(char *to, char *end, const char *text) { while (*text && to < end) *to++ = *text++; *to = 0; return to; }
static char *number(char *to, char *end, u32 value) {
  char digits[12]; int at = 11; digits[at] = 0; do digits[--at] = '0' + value % 10; while (value /= 10);
  return add(to, end, digits + at);
}
/* 0: as a program finds it; 1: deaf. */
static void hear(int signal, long handler) { struct { long handler, flags, restorer, mask; } action = { handler, 0, 0, 0 }; SYS5(sys_sigaction, signal, &action, 0, 8, 0); }
static void unblock(void) { u64 none = 0; SYS5(sys_sigprocmask, 2, &none, 0, 8, 0); }
enum { sys_close_range = 436, sys_mount_setattr = 442, sys_ruleset = 444, sys_rule = 445, sys_restrict = 446, O_PATH = 010000000, O_CLOEXEC = 02000000 };
enum { MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_BIND = 4096, MS_REC = 16384, MS_PRIVATE = 1 << 18, RDONLY = 1, MOST = 4096 };
struct record { char kind; char *text; int fd; };
static struct record records[MOST]; static int count; static char *args[MOST], *env[MOST];
static u64 keep; static int proxied, report[2]; static char *folder = "/"; static unsigned char filter[4096]; static int size;

static int fail(const char *what, const char *about) {
  char line[600]; char *end = line + 580; int error = failed;
  char *at = add(add(add(add(line, end, "claw-sandbox: "), end, what), end, " "), line + 500, about);
  at = add(number(add(at, end, ": error "), end, error), end, "\n");
  write(2, line, at - line); quit(125); return -1;
}
static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }
/* All memory is taken here: a child of a process with threads must not ask for any. */
static void parse(int fd) {
  size_t room = 64 << 20, used = 0; long got;
  char *text = (char *)SYS6(sys_mmap, 0, room, 3, 0x4022, -1, 0);
  if ((long)text < 0 && (long)text > -4096) fail("no memory for", "the policy");
  while ((got = read(fd, text + used, room - used - 1)) > 0) used += got;
  text[used] = 0;
  int argc = 0, envc = 0;
  for (size_t at = 0; at < used; at += strlen(text + at) + 1) {
    char *value = text + at + 1;
    if (argc > MOST - 2 || envc > MOST - 2 || count > MOST - 2) fail("too much for", "one command");
    switch (text[at]) {
      case 'a': args[argc++] = value; break;
      case 'e': env[envc++] = value; break;
      case 'c': folder = value; break; case 'p': proxied = 1; break;
      case 's': for (size = 0; value[0] && size < 4096; value += 2) filter[size++] = digit(value[0]) << 4 | digit(value[1]); break;
      case 'k': for (keep = 0; *value; value++) keep = keep * 10 + (*value - '0'); break;
      default: records[count].kind = text[at]; records[count].fd = -1; records[count++].text = value;
    }
  }
  if (argc == 0) fail("no command in", "the policy");
}
static void settle(const char *path, u64 set, u64 clear, int deep) {
  struct { u64 set, clear, propagation, userns; } attr = { set, clear, 0, 0 };
  if (SYS5(sys_mount_setattr, -100, path, deep ? 0x8000 : 0, &attr, sizeof attr) == 0) return;
  /* What somebody else has made read-only stays so. */
  if (clear) { SYS5(sys_mount_setattr, -100, path, 0, &attr, sizeof attr); return; }
  fail("cannot set up", path);
}
static void bind(int fd, const char *path, int deep) {
  char from[64]; number(add(from, from + 60, "/proc/self/fd/"), from + 60, fd);
  /* A socket may have gone since it was seen. */
  if (mount(from, path, 0, MS_BIND | (deep ? MS_REC : 0), 0) != 0 && failed != 2) fail("cannot mount", path);
}
static void bindSelf(const char *path) {
  if (mount(path, path, 0, MS_BIND | MS_REC, 0) == 0) settle(path, RDONLY, 0, 1);
}
/* Within a hidden folder nothing is there yet to mount on. */
static void way(const char *path) {
  char part[4096]; size_t length = strlen(path);
  if (length >= sizeof part) fail("too long a name:", path);
  for (size_t at = 1; at <= length; at++) {
    if (path[at] != '/' && path[at] != 0) continue;
    memcpy(part, path, at); part[at] = 0; mkdir(part, 0755);
  }
}
static void put(const char *path, const char *text) {
  int fd = open(path, 1 | O_CLOEXEC, 0);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail("cannot write", path);
  close(fd);
}
static void devices(void) {
  static const char *names[] = { "null", "zero", "full", "random", "urandom", "tty" };
  int fds[6]; char path[64];
  for (int i = 0; i < 6; i++) { add(add(path, path + 60, "/dev/"), path + 60, names[i]); fds[i] = open(path, O_PATH | O_CLOEXEC, 0); }
  if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=0755,size=1m") != 0) fail("cannot mount", "/dev");
  for (int i = 0; i < 6; i++) {
    if (fds[i] < 0) continue;
    add(add(path, path + 60, "/dev/"), path + 60, names[i]);
    close(open(path, 0100 | 1 | O_CLOEXEC, 0644)); bind(fds[i], path, 0); close(fds[i]);
  }
  mkdir("/dev/shm", 01777); mkdir("/dev/pts", 0755);
  if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") != 0) fail("cannot mount", "/dev/shm");
  mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");
  symlink("pts/ptmx", "/dev/ptmx"); symlink("/proc/self/fd", "/dev/fd");
  symlink("/proc/self/fd/0", "/dev/stdin"); symlink("/proc/self/fd/1", "/dev/stdout"); symlink("/proc/self/fd/2", "/dev/stderr");
}
static void furnish(int offline) {
  if (mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) != 0) fail("cannot make private", "/");
  if (offline) {
    struct { char name[16]; short flags; char rest[22]; } lo = { "lo", 0x41, { 0 } };
    int fd = SYS3(sys_socket, 2, 2 | O_CLOEXEC, 0);
    if (fd >= 0) { SYS3(sys_ioctl, fd, 0x8914, &lo); close(fd); }
  }
  int nothing = open("/dev/null", O_PATH | O_CLOEXEC, 0);
  for (int i = 0; i < count; i++)
    if (records[i].kind == 'w' || records[i].kind == 'r')
      if ((records[i].fd = open(records[i].text, O_PATH | O_CLOEXEC, 0)) < 0) fail("cannot open", records[i].text);
  settle("/", RDONLY, 0, 1);
  devices();
  for (int i = 0; i < count; i++) {
    struct record *one = &records[i];
    if (one->kind == 'w' || one->kind == 'r') {
      way(one->text); bind(one->fd, one->text, 1); close(one->fd);
      settle(one->text, one->kind == 'r' ? RDONLY : 0, one->kind == 'w' ? RDONLY : 0, 1);
    } else if (one->kind == 'd') {
      if (mount("tmpfs", one->text, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") != 0) fail("cannot hide", one->text);
    } else if (one->kind == 'f') bind(nothing, one->text, 0);
  }
  for (int i = 0; i < count; i++) if (records[i].kind == 'd') settle(records[i].text, RDONLY, 0, 0);
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0) != 0) fail("cannot mount", "/proc");
  bindSelf("/proc/sys"); bindSelf("/proc/sysrq-trigger"); bindSelf("/proc/irq"); bindSelf("/proc/bus"); bindSelf("/proc/fs");
}
static void landlock(void) {
  int any = 0; for (int i = 0; i < count; i++) any |= records[i].kind == 'l';
  if (!any) return;
  long abi = SYS3(sys_ruleset, 0, 0, 1);
  if (abi < 3) fail("too old for", "files");
  u64 known = abi >= 5 ? 0xffff : 0x7fff;
  struct { u64 fs, net, scoped; } set = { known, 0, abi >= 6 ? 3 : 0 };
  int ruleset = SYS3(sys_ruleset, &set, abi >= 6 ? 24 : abi >= 4 ? 16 : 8, 0);
  if (ruleset < 0) fail("no ruleset for", "files");
  for (int i = 0; i < count; i++) {
    if (records[i].kind != 'l') continue;
    char *path = records[i].text; u64 rights = 0;
    for (; *path && *path != ' '; path++) rights = rights * 10 + (*path - '0');
    struct __attribute__((packed)) { u64 rights; int fd; } rule = { rights & known, open(path + 1, O_PATH | O_CLOEXEC, 0) };
    if (rule.fd < 0) continue;
    if (SYS5(sys_rule, ruleset, 1, &rule, 0, 0) != 0) {
      rule.rights &= 0xc007;
      if (SYS5(sys_rule, ruleset, 1, &rule, 0, 0) != 0) fail("no rule for", path + 1);
    }
    close(rule.fd);
  }
  if (SYS3(sys_restrict, ruleset, 0, 0) != 0) fail("cannot restrict", "files");
  close(ruleset);
}
static void shed(void) {
  if (prctl(38, 1) != 0) fail("cannot give up", "privileges");
  landlock();
  for (int bit = 0; bit < 64; bit++) if (!(keep >> bit & 1)) prctl(24, bit);
  struct { u32 version; int pid; } head = { 0x20080522, 0 }; u32 low = keep, data[6] = { low, low, 0, 0, 0, 0 };
  if (SYS3(sys_capset, &head, data, 0) != 0) fail("cannot give up", "capabilities");
  struct { unsigned short length; void *code; } program = { size / 8, filter };
  if (size == 0 || SYS3(sys_seccomp, 1, 0, &program) != 0) fail("no filter for", "system calls");
}
/* RELAY */
/* From here on the process is what the command will be. */
static void become(void) {
  for (int signal = 1; signal < 65; signal++) hear(signal, 0); unblock();
  if (SYS3(sys_chdir, folder, 0, 0) != 0) fail("cannot go to", folder);
  SYS3(sys_close_range, 3, ~0U, 4);
  shed();
  SYS3(sys_execve, args[0], args, env);
  fail("cannot start", args[0]);
}
/* The first process of the namespaces: waits for the command, buries what it leaves, and takes all with it when the command has ended. */
static void reign(int offline) {
  prctl(1, 9); close(report[0]); furnish(offline);
  if (proxied) relay(5);
  int command = SYS5(sys_clone, 17, 0, 0, 0, 0), status = 0, pid;
  if (command < 0) fail("cannot start", "the command");
  if (command == 0) become();
  while ((pid = SYS5(sys_wait4, -1, &status, 0, 0, 0)) != command) if (pid < 0 && failed != 4) break;
  write(report[1], &status, sizeof status);
  quit(0);
}
int confine(int fd) {
  parse(fd); prctl(1, 9);
  int apart = 0, user = 0, offline = 0; for (int i = 0; i < count; i++) {
    apart |= records[i].kind == 'n'; user |= records[i].kind == 'u'; offline |= records[i].kind == 'o';
  }
  if (!apart && proxied) relay(5);
  if (!apart) become();
  /* The command hears of these by itself; how it ends is what this process has to tell. */
  int deaf[] = { 1, 2, 3, 15 };
  for (int i = 0; i < 4; i++) hear(deaf[i], 1);
  char map[64]; u32 ids[] = { SYS3(sys_getuid, 0, 0, 0), SYS3(sys_getgid, 0, 0, 0) };
  if (SYS3(sys_pipe2, report, O_CLOEXEC, 0) != 0) fail("no pipe for", "the command");
  long flags = 0x20000 | 0x20000000 | 0x08000000 | (user ? 0x10000000 : 0) | (offline ? 0x40000000 : 0);
  int first = SYS5(sys_clone, flags | 17, 0, 0, 0, 0);
  if (first < 0) fail("no namespaces for", "the command");
  if (first == 0) {
    if (user) {
      put("/proc/self/setgroups", "deny");
      for (int i = 0; i < 2; i++) {
        char *end = map + 60;
        add(number(add(number(map, end, ids[i]), end, " "), end, ids[i]), end, " 1");
        put(i == 0 ? "/proc/self/uid_map" : "/proc/self/gid_map", map);
      }
    }
    reign(offline);
  }
  close(report[1]);
  int status = 0; long got;
  while ((got = read(report[0], &status, sizeof status)) < 0 && failed == 4) {}
  int ended = 0;
  while (SYS5(sys_wait4, first, &ended, 0, 0, 0) < 0 && failed == 4) {}
  if (got != sizeof status) quit((ended & 0x7f) == 0 ? (ended >> 8 & 0xff) : 137);
  int signal = status & 0x7f;
  if (signal == 0) quit(status >> 8 & 0xff);
  hear(signal, 0); unblock(); prctl(4, 0);
  SYS3(sys_kill, SYS3(sys_getpid, 0, 0, 0), signal, 0);
  quit(128 + signal);
  return 0;
}
