// The way from a network namespace to the proxy, added to native.c; see relay.ts.
#ifdef __aarch64__
enum { sys_bind = 200, sys_listen = 201, sys_accept4 = 242, sys_connect = 203, sys_shutdown = 210, sys_ppoll = 73, sys_fcntl = 25, sys_dup3 = 24 };
#else
enum { sys_bind = 49, sys_listen = 50, sys_accept4 = 288, sys_connect = 42, sys_shutdown = 48, sys_ppoll = 271, sys_fcntl = 72, sys_dup3 = 292 };
#endif
enum { sys_pidfd_open = 434, LINKS = 128, ROOM = 16384, EINTR = 4, EAGAIN = 11, IN = 1, OUT = 4, O_NONBLOCK = 04000 };
/* One direction of a connection; the next in the array is the other. */
struct half { int from, to, at, length, ended; char bytes[ROOM]; };
struct watch { int fd; short want, got; };

static int carry(struct half *one, int readable, int writable) {
  if (readable && one->at == one->length && !one->ended) {
    long got = read(one->from, one->bytes, ROOM);
    if (got < 0 && failed != EAGAIN) return 0;
    if (got == 0) { one->ended = 1; SYS3(sys_shutdown, one->to, 1, 0); }
    if (got > 0) { one->at = 0; one->length = got; writable = 1; }
  }
  if (writable && one->at < one->length) {
    long sent = write(one->to, one->bytes + one->at, one->length - one->at);
    if (sent < 0 && failed != EAGAIN) return 0;
    if (sent > 0) one->at += sent;
  }
  return 1;
}
/* Descriptors of the carrier: 0 the proxy's socket, 1 the listener, 2 the command. */
static void greet(struct half *two) {
  struct { unsigned short family; char path[108]; } proxy = { 1, "/proc/self/fd/0" };
  int in = SYS6(sys_accept4, 1, 0, 0, O_NONBLOCK | O_CLOEXEC, 0, 0);
  if (in < 0) return;
  int out = SYS3(sys_socket, 1, 1 | O_CLOEXEC, 0);
  if (out < 0 || SYS3(sys_connect, out, &proxy, sizeof proxy) != 0 || SYS3(sys_fcntl, out, 4, O_NONBLOCK) != 0) {
    close(in); if (out >= 0) close(out);
    return;
  }
  for (int i = 0; i < 2; i++) two[i].at = two[i].length = two[i].ended = 0;
  two[0].from = two[1].to = in; two[0].to = two[1].from = out;
}
static void serve(void) {
  struct half *all = (struct half *)SYS6(sys_mmap, 0, 2 * LINKS * sizeof(struct half), 3, 0x4022, -1, 0);
  if ((long)all < 0 && (long)all > -4096) quit(1);
  struct watch watched[2 + 2 * LINKS];
  for (int i = 0; i < 2 * LINKS; i++) all[i].from = -1;
  for (;;) {
    int room = -1;
    for (int i = 0; i < LINKS; i++) {
      struct half *two = all + 2 * i;
      if (two->from < 0) room = i;
      for (int j = 0; j < 2; j++) {
        struct half *from = two + j, *to = two + !j; struct watch *one = watched + 2 + 2 * i + j;
        one->want = two->from < 0 ? 0 : (!from->ended && from->at == from->length ? IN : 0) | (to->at < to->length ? OUT : 0);
        one->fd = one->want ? from->from : -1; one->got = 0;
      }
    }
    watched[0].fd = 2; watched[1].fd = room < 0 ? -1 : 1; watched[0].want = watched[1].want = IN;
    if (SYS5(sys_ppoll, watched, 2 + 2 * LINKS, 0, 0, 8) < 0) { if (failed == EINTR) continue; quit(1); }
    if (watched[0].got) quit(0);
    for (int i = 0; i < LINKS; i++) {
      struct half *two = all + 2 * i; int a = watched[2 + 2 * i].got, b = watched[3 + 2 * i].got;
      if (two->from < 0 || !(a | b)) continue;
      if (carry(two, a & ~OUT, b & ~IN) && carry(two + 1, b & ~OUT, a & ~IN) && !(two[0].ended && two[1].ended)) continue;
      close(two->from); close(two->to); two->from = -1;
    }
    if (watched[1].got) greet(all + 2 * room);
  }
}
/* Nobody's child, so that the command never waits for it by mistake. */
static void relay(int out) {
  struct { unsigned short family; unsigned char port[2], at[4]; char rest[8]; } here = { 2, { PORT >> 8, PORT & 255 }, { 127, 0, 0, 1 } };
  int door = SYS3(sys_socket, 2, 1 | O_CLOEXEC, 0), command = SYS3(sys_pidfd_open, SYS3(sys_getpid, 0, 0, 0), 0, 0), status;
  if (door < 0 || command < 0 || SYS3(sys_bind, door, &here, 16) != 0 || SYS3(sys_listen, door, 128, 0) != 0) fail("no way to", "the proxy");
  int first = SYS5(sys_clone, 17, 0, 0, 0, 0);
  if (first < 0) fail("no way to", "the proxy");
  if (first == 0) {
    if (SYS5(sys_clone, 17, 0, 0, 0, 0) != 0) quit(0);
    SYS3(sys_dup3, out, 0, 0); SYS3(sys_dup3, door, 1, 0); SYS3(sys_dup3, command, 2, 0); SYS3(sys_close_range, 3, ~0U, 0);
    hear(13, 1); prctl(4, 0); shed(); serve();
  }
  while (SYS5(sys_wait4, first, &status, 0, 0, 0) < 0 && failed == EINTR) {}
  close(door); close(command); close(out);
}
