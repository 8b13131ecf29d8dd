use std::process::Command;

use gover_sys::file::remove_tree;

use super::*;
use crate::ShellKind;
use crate::testing;

/// A user's home with the given startup files, in a temporary directory.
struct User {
    directory: tempfile::TempDir,
    env: Env,
    layout: Layout,
}

impl User {
    fn new(shell: &str, files: &[(&str, &str)]) -> Self {
        Self::with_variables(shell, files, &[])
    }

    fn with_variables(shell: &str, files: &[(&str, &str)], variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let home = directory.path().to_str().unwrap();
        let mut map = vec![("HOME", home.to_owned()), ("SHELL", shell.to_owned())];
        for (name, value) in variables {
            map.push((name, value.replace('~', home)));
        }
        let env = Env::from_map(map, directory.path().to_owned());
        let layout = Layout::new(directory.path().join(".gover"));
        Self { directory, env, layout }
    }

    fn plan(&self) -> Plan {
        plan(&self.env, &self.layout).unwrap()
    }

    fn set_up(&self) -> Vec<String> {
        self.apply(&self.plan())
    }

    fn undo(&self) -> Vec<String> {
        self.apply(&plan_undo(&self.env, &self.layout).unwrap())
    }

    /// Applies a plan without problems. Returns the changed files, relative to the home.
    fn apply(&self, plan: &Plan) -> Vec<String> {
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
        let mut changed: Vec<_> = plan
            .edits
            .iter()
            .map(|edit| {
                apply(edit, &self.layout).unwrap();
                let path = edit.path().unwrap().strip_prefix(self.directory.path()).unwrap();
                path.to_str().unwrap().to_owned()
            })
            .collect();
        changed.sort();
        changed
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A gover that prints real scripts.
    fn install(&self) {
        let scripts = self.directory.path().join("scripts");
        fs::create_dir_all(&scripts).unwrap();
        for kind in ShellKind::ALL {
            if let Ok(script) = crate::script(kind, &self.env, &self.layout) {
                fs::write(scripts.join(kind.name()), script).unwrap();
            }
        }
        let program = format!("cat '{}'/\"$2\"\n", scripts.display());
        testing::write_program(&self.layout.program("gover"), &program);
        testing::write_program(&self.layout.program("go"), "echo shimmed\n");
    }

    fn run(&self, shell: &str, args: &[&str]) -> Option<String> {
        let output = testing::run(
            Command::new(shell)
                .args(args)
                .env("HOME", self.directory.path())
                .env("PATH", "/usr/bin:/bin")
                .env("XDG_CONFIG_HOME", self.path(".config"))
                .env_remove("ZDOTDIR")
                .current_dir(self.directory.path()),
        )?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Some(text + &String::from_utf8_lossy(&output.stderr))
    }
}

/// Windows has the registry instead of startup files.
fn has_startup_files() -> bool {
    testing::scripts_are_programs()
}

#[test]
fn each_file_that_exists_gets_a_block_and_others_are_not_created() {
    if !has_startup_files() {
        return;
    }
    let user = User::new(
        "/bin/bash",
        &[
            (".bashrc", "a\n"),
            (".profile", "b\n"),
            (".zshrc", ""),
            (".zshenv", ""),
            (".config/fish/config.fish", ""),
        ],
    );
    let changed = user.set_up();
    assert_eq!(changed, [".bashrc", ".config/fish/config.fish", ".profile", ".zshenv", ".zshrc"]);
    assert!(user.set_up().is_empty());
    assert_eq!(user.plan().unchanged.len(), 5);
}

#[test]
fn the_block_is_what_the_snapshot_shows() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/zsh", &[(".bashrc", "a\n"), (".zshenv", "b")]);
    user.set_up();
    assert_eq!(
        user.read(".bashrc"),
        r#"a
# >>> gover >>>
# Written by `gover setup`; `gover setup --undo` removes it.
if [ -x "$HOME/.gover/bin/gover" ]; then
  eval "$("$HOME/.gover/bin/gover" init bash)"
fi
# <<< gover <<<
"#
    );
    assert_eq!(
        user.read(".zshenv"),
        r#"b
# >>> gover >>>
# Written by `gover setup`, as is the line end before it; `gover setup --undo` removes both.
if [ -x "$HOME/.gover/bin/gover" ]; then
  case ":${PATH-}:" in
    (*:"$HOME/.gover/bin":*) ;;
    (*) export PATH="$HOME/.gover/bin""${PATH:+:$PATH}" ;;
  esac
fi
# <<< gover <<<
"#
    );
}

#[test]
fn a_login_shell_without_files_gets_what_it_reads() {
    if !has_startup_files() {
        return;
    }
    for (shell, files) in [
        ("/bin/bash", &[".bashrc", ".profile"][..]),
        ("/usr/bin/zsh", &[".zshrc"]),
        ("/usr/bin/fish", &[".config/fish/conf.d/gover.fish"]),
        ("/bin/sh", &[".profile"]),
        ("/bin/csh", &[".profile"]),
        ("", &[".profile"]),
    ] {
        let user = User::new(shell, &[]);
        assert_eq!(user.set_up(), files, "{shell}");
        assert_eq!(user.undo(), files, "{shell}");
        assert!(files.iter().all(|file| !user.path(file).exists()), "{shell}");
    }
}

#[test]
fn fish_gets_a_block_in_the_file_that_it_reads_last() {
    if !has_startup_files() {
        return;
    }
    let own = ".config/fish/conf.d/gover.fish";
    let config = ".config/fish/config.fish";
    let user = User::new("/usr/bin/fish", &[]);
    assert_eq!(user.set_up(), [own]);
    std::fs::write(user.path(config), "set -gx PATH /usr/local/go/bin $PATH\n").unwrap();
    assert_eq!(user.set_up(), [config]);
    assert_eq!(user.undo(), [own, config]);
    assert_eq!(std::fs::read_to_string(user.path(config)).unwrap(), "set -gx PATH /usr/local/go/bin $PATH\n");
}

#[test]
fn bash_gets_the_login_file_that_it_reads_first() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/bash", &[(".bash_login", ""), (".bashrc", "")]);
    assert_eq!(user.set_up(), [".bash_login", ".bashrc"]);
    let user = User::new("/bin/bash", &[(".bash_login", ""), (".bash_profile", ""), (".profile", "")]);
    assert_eq!(user.set_up(), [".bash_profile", ".bashrc", ".profile"]);
}

#[test]
fn zsh_and_fish_are_found_in_the_directories_of_the_user() {
    if !has_startup_files() {
        return;
    }
    let user = User::with_variables(
        "/bin/zsh",
        &[(".zshenv", ""), ("config/fish/config.fish", "")],
        &[("ZDOTDIR", "~/zsh"), ("XDG_CONFIG_HOME", "~/config")],
    );
    assert_eq!(user.set_up(), [".zshenv", "config/fish/config.fish", "zsh/.zshrc"]);
    assert_eq!(user.undo(), [".zshenv", "config/fish/config.fish", "zsh/.zshrc"]);
}

#[test]
fn undoing_restores_every_file_and_keeps_later_edits() {
    if !has_startup_files() {
        return;
    }
    let files = [(".bashrc", "no end"), (".profile", "crlf\r\n"), (".zshrc", ""), (".zprofile", "x\n\n")];
    let user = User::new("/bin/bash", &files);
    user.set_up();
    let edited = format!("first\n{}last\n", user.read(".zprofile"));
    fs::write(user.path(".zprofile"), edited).unwrap();
    user.undo();
    for (name, content) in &files[..3] {
        assert_eq!(user.read(name), *content, "{name}");
    }
    assert_eq!(user.read(".zprofile"), "first\nx\n\nlast\n");
    assert!(user.undo().is_empty());
}

#[test]
fn another_home_is_written_in_full_and_exported() {
    if !has_startup_files() {
        return;
    }
    let mut user = User::new("/bin/bash", &[(".bashrc", "")]);
    user.layout = Layout::new(PathBuf::from("/opt/it's"));
    user.set_up();
    let text = user.read(".bashrc");
    assert!(text.contains(r"if [ -x '/opt/it'\''s/bin/gover' ]; then"), "{text}");
    assert!(text.contains(r"  export GOVER_HOME='/opt/it'\''s'"), "{text}");
    user.layout = Layout::new(PathBuf::from("/a:b"));
    assert!(matches!(plan(&user.env, &user.layout), Err(PersistError::Path(_))));
}

#[test]
fn a_read_only_file_stays_and_its_lines_are_shown() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/zsh", &[(".zshrc", "mine\n")]);
    let mut permissions = fs::metadata(user.path(".zshrc")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(user.path(".zshrc"), permissions).unwrap();
    let plan = user.plan();
    let error = apply(&plan.edits[0], &user.layout).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}` is read-only", user.path(".zshrc").display()));
    assert_eq!(error.details()[0], r#"if [ -x "$HOME/.gover/bin/gover" ]; then"#);
    assert_eq!(error.hints(), ["add these lines by hand, or to the file that it is generated from"]);
    assert_eq!(user.read(".zshrc"), "mine\n");
}

#[test]
fn a_file_that_changed_after_the_plan_is_not_overwritten() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/zsh", &[(".zshrc", "mine\n")]);
    let plan = user.plan();
    fs::write(user.path(".zshrc"), "new\n").unwrap();
    assert!(matches!(apply(&plan.edits[0], &user.layout), Err(PersistError::Changed { .. })));
    assert_eq!(user.read(".zshrc"), "new\n");
}

#[test]
fn a_damaged_or_unreadable_file_does_not_stop_others() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/zsh", &[(".bashrc", "# >>> gover >>>\n"), (".profile/x", ""), (".zshrc", "")]);
    let plan = user.plan();
    assert_eq!(plan.edits.len(), 1);
    let problems: Vec<_> = plan.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2);
    assert!(problems[0].ends_with("has only one of gover's two markers, on line 1"), "{problems:?}");
    assert!(problems[1].starts_with("cannot read"), "{problems:?}");
}

#[test]
fn a_linked_startup_file_stays_a_link() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/zsh", &[("dotfiles/zshrc", "mine\n")]);
    // On Unix, the function for links to directories makes links to anything.
    gover_sys::link::replace(&user.path("dotfiles/zshrc"), &user.path(".zshrc")).unwrap();
    gover_sys::link::replace(&user.path("dotfiles/new"), &user.path(".zshenv")).unwrap();
    assert_eq!(user.set_up(), [".zshenv", ".zshrc"]);
    assert!(user.path(".zshrc").is_symlink());
    assert!(user.read("dotfiles/zshrc").starts_with("mine\n# >>>"));
    assert!(user.read("dotfiles/new").starts_with("# >>>"));
    user.undo();
    assert!(user.path(".zshrc").is_symlink() && user.path(".zshenv").is_symlink());
    assert_eq!(user.read("dotfiles/zshrc"), "mine\n");
    assert!(!user.path("dotfiles/new").exists());
}

#[test]
fn real_shells_of_every_kind_find_go_first() {
    if !has_startup_files() {
        return;
    }
    let user = User::new(
        "/bin/bash",
        &[
            (".bashrc", "PATH=/somewhere:$PATH"),
            (".zshrc", "path=(/somewhere $path)\n"),
            (".zshenv", ""),
            (".config/fish/config.fish", ""),
        ],
    );
    user.install();
    user.set_up();
    for (shell, args) in [
        ("bash", &["-l", "-c", "go"][..]),
        ("bash", &["-i", "-c", "go"]),
        ("bash", &["-l", "-i", "-c", "type -t gover >/dev/null && go"]),
        ("sh", &["-l", "-c", "go"]),
        ("zsh", &["-c", "go"]),
        ("zsh", &["-l", "-c", "go"]),
        ("zsh", &["-i", "-c", "whence -w gover >/dev/null && go"]),
        ("fish", &["-c", "functions -q gover; and go"]),
        ("fish", &["-l", "-c", "go"]),
    ] {
        if let Some(text) = user.run(shell, args) {
            // An interactive bash without a terminal prints a complaint first.
            assert!(text.starts_with("shimmed\n"), "{shell} {args:?}: {text}");
        }
    }
}

#[test]
fn startup_files_are_silent_once_gover_is_gone() {
    if !has_startup_files() {
        return;
    }
    let user = User::new("/bin/bash", &[(".zshrc", ""), (".zshenv", ""), (".config/fish/config.fish", "")]);
    user.install();
    user.set_up();
    remove_tree(user.layout.home()).unwrap();
    for (shell, args) in [
        ("bash", &["-l", "-c", "echo fine"][..]),
        ("sh", &["-l", "-c", "echo fine"]),
        ("zsh", &["-i", "-c", "echo fine"]),
        ("fish", &["-l", "-c", "echo fine"]),
    ] {
        if let Some(text) = user.run(shell, args) {
            assert_eq!(text, "fine\n", "{shell}");
        }
    }
}
