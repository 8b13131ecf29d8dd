//! Linux inside Windows: which `go` runs, where the project is, and how it is connected.

mod config;
mod proxy;
#[cfg(test)]
mod tests;

use self::config::Config;

use crate::{Check, Edit, Evidence, Finding, MachinePath, Scope, Snapshot, scope, text};

pub(super) const CHECK: Check = Check {
    name: "wsl",
    summary: text!(
        en "WSL: a `go` of Windows is first on PATH, the project is on a Windows drive, or settings do not fit",
        zh "WSL：PATH 最前面是 Windows 的 `go`，项目在 Windows 驱动器上，或者设置不合适",
    ),
    symptom: text!(
        en "`go env GOOS` prints `windows` in a Linux shell, paths such as `C:\\Users` appear in errors, or \
            builds and `git status` are many times slower than they should be. Or downloads through a proxy at \
            127.0.0.1 fail, and WSL says `WSL in NAT mode does not support localhost proxies`.",
        zh "在 Linux 的 shell 里 `go env GOOS` 显示 `windows`，报错里出现 `C:\\Users` 这样的路径，或者构建\
            和 `git status` 比应有的速度慢很多倍。或者通过 127.0.0.1 上的代理下载失败，WSL 提示 `WSL in NAT mode does \
            not support localhost proxies`。",
    ),
    cause: text!(
        en "WSL appends the PATH of Windows to that of Linux, or a startup file puts it first. Files below \
            `/mnt/c` are reached over a protocol that is slow for many small files. WSLENV hands over a \
            variable of Windows whose path means nothing in Linux. `networkingMode` belongs in `.wslconfig` on \
            Windows, and has no effect in `/etc/wsl.conf`, nor in another section than `[wsl2]`. Without it WSL uses NAT, \
            where 127.0.0.1 is the Linux itself, and a proxy on Windows is not reached there.",
        zh "WSL 会把 Windows 的 PATH 接在 Linux 的后面，也可能是启动文件把它放到了最前面。`/mnt/c` 下的文件\
            要经过一种协议访问，小文件一多就很慢。WSLENV 会传递 Windows 的变量，里面的路径在 Linux 里没有意\
            义。`networkingMode` 应该写在 Windows 那边的 `.wslconfig` 里，写在 `/etc/wsl.conf` 里或 \
            `[wsl2]` 以外的小节里都不起作用。不设它，WSL 就用 NAT，这时 127.0.0.1 是 Linux 自己，连不上 Windows 上的\
            代理。",
    ),
    repair: text!(
        en "Put gover's directory first on PATH with `gover setup`, and keep projects in the Linux home \
            directory. Take Go's paths out of WSLENV with the command shown. Change `.wslconfig` as shown; it counts \
            after `wsl --shutdown`, which ends everything in WSL.",
        zh "用 `gover setup` 把 gover 的目录放到 PATH 最前面，把项目放在 Linux 的主目录里。用列出的命令把 \
            Go 的路径从 WSLENV 里去掉。按列出的内容修改 `.wslconfig`，运行 `wsl --shutdown`（会结束 WSL 里的一切）\
            之后生效。",
    ),
    scope,
    run,
};

/// Windows has only the file.
fn scope(snapshot: &Snapshot<'_>) -> Scope {
    let has_file = || Config::read(snapshot).is_some_and(|config| snapshot.is_file(&config.path));
    if snapshot.system.is_windows() && has_file() { Scope::Applies } else { scope::wsl(snapshot) }
}

fn run(snapshot: &Snapshot<'_>) -> Vec<Finding> {
    let config = Config::read(snapshot);
    let in_file = config.iter().flat_map(Config::findings);
    if !snapshot.system.is_wsl {
        return in_file.collect();
    }
    let found = [windows_go(snapshot), slow_project(snapshot), networking_mode(snapshot)];
    let found = found.into_iter().flatten().chain(handed_over(snapshot)).chain(in_file);
    let network = [
        proxy::of_windows(snapshot, config.as_ref()),
        config.as_ref().and_then(|config| proxy::names(snapshot, config)),
    ];
    found.chain(network.into_iter().flatten()).collect()
}

/// A `go` of Windows that comes before every `go` of Linux.
fn windows_go(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let program = snapshot.path().into_iter().find_map(|directory| {
        let names: &[&str] = if is_of_windows(&directory) { &["go", "go.exe"] } else { &["go"] };
        names.iter().map(|name| directory.join(name)).find(|path| snapshot.disk.is_executable(path))
    })?;
    let what = text!(
        en "{program}, a `go` of Windows, comes first on PATH in this Linux",
        zh "这个 Linux 的 PATH 最前面是 Windows 的 `go`：{program}",
        program = program,
    );
    let why = text!(
        en "it builds for Windows, does not understand Linux paths and does not find your caches",
        zh "它编译的是 Windows 程序，不认识 Linux 的路径，也找不到你的缓存",
    );
    let evidence = Evidence::path(&program, "comes before every `go` of Linux");
    let finding = Finding::warning(what, why).shown_by([evidence]).command("gover setup");
    is_of_windows(&program).then_some(finding)
}

/// `/mnt/c`, where WSL mounts drives unless /etc/wsl.conf says otherwise.
fn is_of_windows(path: &MachinePath) -> bool {
    let mut rest = path.as_str().strip_prefix("/mnt/").unwrap_or_default().chars();
    let drive = rest.next().is_some_and(|c| c.is_ascii_alphabetic());
    drive && matches!(rest.next(), None | Some('/'))
}

fn slow_project(snapshot: &Snapshot<'_>) -> Option<Finding> {
    // WSL 1, whose kernel release does not contain `WSL2`, accesses Windows files directly.
    let kind = snapshot.disk.file_system(&snapshot.directory).kind;
    if kind != "9p" && !(kind.is_empty() && is_of_windows(&snapshot.directory)) {
        return None;
    }
    let go_mod = snapshot.nearest("go.mod").or_else(|| snapshot.go_work())?;
    let project = go_mod.parent()?;
    let name = project.file_name();
    let what = text!(
        en "the project {project} is on a Windows drive",
        zh "项目 {project} 在 Windows 驱动器上",
        project = project,
    );
    let why = text!(
        en "each file access leaves the virtual machine: builds are many times slower, and file locks and watchers \
            do not work as on Linux",
        zh "每次访问文件都要离开虚拟机：构建会慢很多倍，文件锁和文件监视也和 Linux 上不一样",
    );
    let finding = Finding::warning(what, why).shown_by([Evidence::path(&project, format!("is on {kind}"))]);
    let (from, to) = (snapshot.word(&project), snapshot.word(snapshot.home.join(name)));
    Some(finding.command(format!("cp -a {from} {to}")))
}

/// A setting of `.wslconfig` in the wrong file.
fn networking_mode(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let file = snapshot.system.path("/etc/wsl.conf");
    let text = snapshot.text(&file)?;
    let is_it = |line: &str| {
        line.split('=').next().is_some_and(|key| key.trim().eq_ignore_ascii_case("networkingMode"))
    };
    let (number, line) = (1..).zip(text.lines()).find(|(_, line)| is_it(line))?;
    let what = text!(
        en "/etc/wsl.conf sets networkingMode, which belongs in .wslconfig on Windows",
        zh "/etc/wsl.conf 里设了 networkingMode，它应该写在 Windows 的 .wslconfig 里",
    );
    let why = text!(
        en "it has no effect there, so a proxy of Windows at localhost is still not reachable",
        zh "写在那里不起作用，所以 Windows 上监听 localhost 的代理还是连不上",
    );
    let place = text!(en "in the section [wsl2]", zh "[wsl2] 一节里");
    let known = Config::read(snapshot).map(|config| config.path.to_string());
    let path = known.unwrap_or_else(|| r"%UserProfile%\.wslconfig".to_owned());
    let edit = Edit::new(path, place, &[line.trim().to_owned()]);
    Some(Finding::note(what, why).shown_by([Evidence::line(&file, number, line)]).edited_by([edit]))
}

/// Paths of Windows in variables that WSLENV hands over.
fn handed_over(snapshot: &Snapshot<'_>) -> Option<Finding> {
    let is_path = |text: &str| matches!(text.as_bytes(), [_, b':', b'\\' | b'/', ..]);
    let is_wrong = |name: &&str| {
        let value = snapshot.variable(name).unwrap_or_default();
        snapshot.is_from_windows(name) && (is_path(value) || is_of_windows(&snapshot.system.path(value)))
    };
    let names: Vec<&str> = PATHS.into_iter().filter(is_wrong).collect();
    let first = names.first()?;
    let what = text!(
        en "WSLENV passes {name} from Windows to Linux",
        zh "WSLENV 把 {name} 从 Windows 传给了 Linux",
        name = first,
    );
    let why = text!(
        en "go here looks for files of Linux in a directory of Windows",
        zh "这里的 go 会到 Windows 的目录里找 Linux 的文件",
    );
    let listed = snapshot.variable("WSLENV").unwrap_or_default();
    let kept: Vec<&str> = listed
        .split(':')
        .filter(|entry| !names.iter().any(|name| entry.split('/').next() == Some(*name)))
        .collect();
    let evidence = ["WSLENV"].into_iter().chain(names.iter().copied());
    let finding = Finding::warning(what, why).shown_by(evidence.map(|name| snapshot.variable_evidence(name)));
    let kept = if kept.is_empty() { "\"\"".to_owned() } else { snapshot.word(kept.join(":")) };
    Some(finding.command(format!("setx.exe WSLENV {kept}")))
}

/// Variables that hold a directory.
const PATHS: [&str; 7] = ["GOROOT", "GOPATH", "GOBIN", "GOCACHE", "GOMODCACHE", "GOTMPDIR", "GOVER_HOME"];
