// Catalogues: what makes other programs run something, what is secret, what commands cannot do without. Data only.

/**
 * Names at the top of a folder that claw, git, an editor or a shell acts on by itself. Writing them would be a way out of the sandbox, so commands
 * cannot; `.git` is not among them: of it only what names programs is closed, in `git.ts`.
 */
// biome-ignore format: catalogues read better in rows
export const GUARDED: readonly string[] = [
  ".claw", ".claude", ".agents", ".claude-plugin", ".cursor", ".codex", ".gemini", ".mcp.json",
  ".vscode", ".idea", ".zed", ".fleet", ".devcontainer", ".nvim", ".vim", ".emacs.d", ".husky", ".direnv", ".mise", ".ssh", ".gnupg",
  ".gitconfig", ".gitmodules", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pnpmfile.mjs", "bunfig.toml", ".bunfig.toml",
  ".envrc", ".tool-versions", ".mise.toml", "mise.toml", ".pre-commit-config.yaml", "lefthook.yml", ".lefthook.yml", ".huskyrc",
  ".profile", ".login", ".logout", ".inputrc", ".exrc", ".vimrc", ".gvimrc", ".nvimrc", ".nvim.lua", ".emacs", ".dir-locals.el", ".editrc",
  ".screenrc", ".tmux.conf", ".gdbinit", ".lldbinit", ".pythonrc", "sitecustomize.py", "usercustomize.py", ".ripgreprc", ".curlrc", ".wgetrc",
  ".netrc", ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout",
  ".kshrc", ".cshrc", ".tcshrc", ".config/fish", ".config/autostart", ".config/systemd", ".config/git", ".local/bin", ".cargo/config.toml", ".cargo/bin",
];

/** Below the user's own folder: keys, tokens, passwords, histories. */
// biome-ignore format: catalogues read better in rows
export const SECRETS: readonly string[] = [
  ".claw", ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker/config.json", ".docker/run", ".oci", ".config/gcloud", ".config/gh", ".config/hub", ".config/glab-cli",
  ".config/op", ".config/git/credentials", ".config/claw", ".config/rclone", ".config/doctl", ".config/heroku", ".config/sops",
  ".git-credentials", ".netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials",
  ".m2/settings-security.xml", ".gradle/gradle.properties", ".terraform.d/credentials.tfrc.json", ".vault-token", ".databrickscfg", ".pgpass", ".my.cnf", ".boto", ".s3cfg",
  ".claude/.credentials.json", ".claude.json", ".codex/auth.json", ".gemini/oauth_creds.json", ".local/share/opencode/auth.json",
  ".password-store", ".1password", ".local/share/keyrings", ".local/share/kwalletd", "Library/Keychains", "Library/Cookies",
  ".mozilla", ".config/google-chrome", ".config/chromium", ".config/BraveSoftware", ".config/microsoft-edge", ".thunderbird", "Library/Application Support/Google/Chrome",
  "Library/Application Support/Firefox", ".bash_history", ".zsh_history", ".history", ".local/share/fish/fish_history", ".python_history", ".node_repl_history",
  ".psql_history", ".mysql_history",
];

/** Elsewhere: readable when claw runs as root. */
// biome-ignore format: catalogues read better in rows
export const SYSTEM_SECRETS: readonly string[] = ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d", "/etc/ssl/private"];

/** Doors to other programs of this machine: agents, desktops, containers. */
export const DOORS: readonly string[] = ["/run", "/var/run"];
/** What of them names are looked up with. */
// biome-ignore format: catalogues read better in rows
export const RESOLVERS: readonly string[] = [
  "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager", "/run/current-system", "/run/booted-system", "/run/opengl-driver", "/run/wrappers",
];

/** Variables that lead to doors, dropped from the environment. */
// biome-ignore format: catalogues read better in rows
export const DOOR_VARIABLES: readonly string[] = [
  "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
  "TMUX", "TMUX_PANE", "STY", "DOCKER_HOST", "KITTY_LISTEN_ON", "WEZTERM_UNIX_SOCKET", "VSCODE_IPC_HOOK_CLI", "VSCODE_GIT_IPC_HANDLE", "GIT_ASKPASS", "SSH_ASKPASS",
];

/** Caches that their programs cannot work without being able to write, and that nobody else may be fed from: variable, then folder in the session's own. */
export const CACHES: Readonly<Record<string, string>> = {
  GOCACHE: "go-build",
  CCACHE_DIR: "ccache",
  SCCACHE_DIR: "sccache",
  npm_config_cache: "npm",
  YARN_CACHE_FOLDER: "yarn",
  PIP_CACHE_DIR: "pip",
  BUN_INSTALL_CACHE_DIR: "bun",
  DENO_DIR: "deno",
  ZIG_GLOBAL_CACHE_DIR: "zig",
};
