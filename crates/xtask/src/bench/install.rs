//! Installs and upgrades from a mirror on the loopback interface, and where their time goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Options;
use super::measure::{Task, in_turns};
use super::plot::{self, Plot};
use super::report::{Section, peer};
use super::scene::Scene;
use super::server::Server;
use crate::files::create;
use crate::process::run;

/// What is installed: a mirror of two neighbouring releases, and the newer one as a `.tar.gz`.
struct Releases {
    mirror: PathBuf,
    old: &'static str,
    new: &'static str,
    archive: PathBuf,
}

pub(super) fn measure(scene: &Scene, options: &Options) -> Result<Section, String> {
    let mut section = Section::new("install", "curl and tar, without any check");
    let Some(releases) = releases(scene, options, &mut section) else { return Ok(section) };
    let server = Server::start(&releases.mirror, None)?;
    let archives = Server::start(releases.archive.parent().unwrap_or(&scene.root), None)?;
    let mut tasks = vec![
        gover(scene, "gover install", &server, releases.new),
        curl(scene, "curl and tar, without any check", &archives),
        curl(scene, "curl alone", &archives),
    ];
    if let Some(alone) = tasks.get_mut(2) {
        alone.words = vec![
            "/bin/sh".to_owned(),
            "-c".to_owned(),
            format!("curl -sSf {}/go.tar.gz >/dev/null", archives.url()),
        ];
    }
    match peer("goup") {
        Some(goup) => tasks.push(goup_install(scene, &goup, &archives, releases.new)),
        None => section.skip("goup is not on PATH (`cargo install goup-rs --version 0.16.12`)"),
    }
    let before = |_: &Task| empty(scene);
    section.add(in_turns(&scene.program("runner"), &tasks, options.rounds(5), &before)?);
    empty(scene)?;
    server.take_sent();
    gover(scene, "", &server, releases.new).run(&scene.program("runner"))?;
    section.note(&format!("an install receives {} bytes", server.take_sent()));
    phases(scene, &gover(scene, "", &server, releases.new), &releases, &mut section)?;
    section.plot(by_bandwidth(scene, options, &releases)?);
    drop(fs::remove_dir_all(home(scene)));
    Ok(section)
}

pub(super) fn upgrade(scene: &Scene, options: &Options) -> Result<Section, String> {
    let mut section = Section::new("upgrade", "gover install, nothing installed");
    let Some(releases) = releases(scene, options, &mut section) else { return Ok(section) };
    let plain = without_bundles(scene, &releases.mirror)?;
    for limit in [None, Some(12_500_000), Some(1_250_000)] {
        let (server, parts) = (Server::start(&releases.mirror, limit)?, Server::start(&plain, limit)?);
        let at = match limit {
            None => "",
            Some(1_250_000) => " at 10 Mbit/s",
            Some(_) => " at 100 Mbit/s",
        };
        let (old, new) = (releases.old, releases.new);
        let tasks = [
            gover(scene, &format!("gover install, nothing installed{at}"), &parts, new),
            gover(scene, &format!("gover install, {old} installed, by parts{at}"), &parts, new),
            gover(scene, &format!("gover install, {old} installed, by bundle{at}"), &server, new),
        ];
        // Without a limit, since only the upgrade is measured.
        let fast = Server::start(&releases.mirror, None)?;
        let base = gover(scene, "base", &fast, old);
        let before = |task: &Task| {
            empty(scene)?;
            if task.label.contains(old) {
                base.run(&scene.program("runner"))?;
            }
            Ok(())
        };
        section.add(in_turns(&scene.program("runner"), &tasks, options.rounds(3), &before)?);
        for (task, server) in tasks.iter().zip([&parts, &parts, &server]) {
            before(task)?;
            server.take_sent();
            task.run(&scene.program("runner"))?;
            section.note(&format!("{} receives {} bytes", task.label, server.take_sent()));
        }
    }
    drop(fs::remove_dir_all(home(scene)));
    Ok(section)
}

/// Made once, with the network that the caller's Go settings name, or given.
fn releases(scene: &Scene, options: &Options, section: &mut Section) -> Option<Releases> {
    let (old, new) = ("1.27.3", "1.27.4");
    let mirror = options.mirror.clone().unwrap_or_else(|| scene.root.join("mirror"));
    let mut command = Command::new(&scene.gover);
    command.args(["mirror", "--format", "module", "--patches"]).arg(&mirror).args([old, new]);
    command.env("GOVER_HOME", scene.root.join("home-mirror"));
    if !mirror.join("sumdb").is_dir()
        && let Err(error) = run(&mut command)
    {
        section.skip(&format!("no releases to install: {error}"));
        return None;
    }
    let archive = scene.root.join("archives").join("go.tar.gz");
    if !archive.is_file() {
        create(archive.parent()?).ok()?;
        let server = Server::start(&mirror, None).ok()?;
        empty(scene).ok()?;
        run(&mut gover(scene, "", &server, new).command(None)).ok()?;
        let versions = home(scene).join("versions");
        let pack = Command::new("tar")
            .arg("-C")
            .arg(versions)
            .arg("-czf")
            .arg(&archive)
            .arg(format!("go{new}"))
            .status();
        pack.ok().filter(std::process::ExitStatus::success)?;
    }
    Some(Releases { mirror, old, new, archive })
}

/// The same mirror without patch bundles.
fn without_bundles(scene: &Scene, mirror: &Path) -> Result<PathBuf, String> {
    let plain = scene.root.join("mirror-without-bundles");
    drop(fs::remove_dir_all(&plain));
    run(Command::new("cp").arg("-al").arg(mirror).arg(&plain))?;
    fs::remove_dir_all(plain.join("patches"))
        .map_err(|error| format!("cannot remove the bundles: {error}"))?;
    Ok(plain)
}

/// On a RAM disk, if there is one: the disk of a virtual machine differs from run to run.
fn home(scene: &Scene) -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        memory.join(scene.root.file_name().unwrap_or_default())
    } else {
        scene.root.join("home-install")
    }
}

fn empty(scene: &Scene) -> Result<(), String> {
    drop(fs::remove_dir_all(home(scene)));
    create(&home(scene))
}

fn gover(scene: &Scene, label: &str, server: &Server, version: &str) -> Task {
    let mut task = scene.task(label, &scene.gover, &["install", version], (&home(scene), &scene.root));
    task.variables.remove("GOVER_OFFLINE");
    task.variables.remove("GOPROXY");
    task.variables.insert("GOVER_SOURCES".to_owned(), server.url());
    task
}

fn curl(scene: &Scene, label: &str, archives: &Server) -> Task {
    let script = format!("curl -sSf {}/go.tar.gz | tar -xz -C {}", archives.url(), home(scene).display());
    scene.task(label, Path::new("/bin/sh"), &["-c", &script], (&home(scene), &scene.root))
}

fn goup_install(scene: &Scene, goup: &Path, archives: &Server, version: &str) -> Task {
    let mut task = scene.task("goup install", goup, &["install", version], (&home(scene), &scene.root));
    task.variables.insert("GOUP_HOME".to_owned(), home(scene).join("goup").display().to_string());
    task.variables.insert("GOUP_GO_REGISTRY".to_owned(), archives.url());
    task
}

/// Where the time goes, by the system calls that begin and end a phase, and what each would take
/// alone.
fn phases(scene: &Scene, task: &Task, releases: &Releases, section: &mut Section) -> Result<(), String> {
    empty(scene)?;
    let trace = scene.program("trace-install");
    let calls = "trace=connect,recvfrom,syncfs,exit_group";
    let traced = task.traced(&["-ttt", "-T", "-yy", "--seccomp-bpf", "-e", calls], &trace);
    run(&mut traced.command(None))?;
    let phases =
        Phases::of(&crate::files::read(&trace)?).ok_or("the trace of the install has no download")?;
    let zip = find_zip(&releases.mirror, releases.new).ok_or("the mirror has no module zip")?;
    let alone = |words: &str| -> Result<f64, String> {
        let script = words
            .replace("ZIP", &zip.display().to_string())
            .replace("HOME", &home(scene).display().to_string());
        let task = scene.task(words, Path::new("/bin/sh"), &["-c", &script], (&home(scene), &scene.root));
        task.run(&scene.program("runner")).map(|run| run.milliseconds)
    };
    section.note("\n| Phase | gover | The same alone |\n|---|---|---|");
    for (phase, took, limit) in [
        ("before the first byte", phases.start, None),
        ("download", phases.download, Some(("curl alone", alone("curl -sSf file://ZIP >/dev/null")?))),
        ("after the last byte: inflate, hash, write", phases.rest, None),
        ("of which inflate", 0.0, Some(("unzip -t, one core", alone("unzip -tqq ZIP")?))),
        ("of which hash", 0.0, Some(("sha256sum of the zip", alone("sha256sum ZIP")?))),
        (
            "of which write",
            0.0,
            Some(("cp -r of the tree", alone("cp -r HOME/versions HOME/copy && rm -r HOME/copy")?)),
        ),
        ("sync", phases.sync, Some(("sync -f", alone("sync -f HOME")?))),
        ("rename and receipt to the end", phases.publish, None),
    ] {
        let took = if took > 0.0 { format!("{took:.0} ms") } else { "-".to_owned() };
        let limit = limit.map_or_else(|| "-".to_owned(), |(what, limit)| format!("{limit:.0} ms ({what})"));
        section.note(&format!("| {phase} | {took} | {limit} |"));
    }
    Ok(())
}

fn find_zip(mirror: &Path, version: &str) -> Option<PathBuf> {
    let directory = mirror.join("golang.org").join("toolchain").join("@v");
    let mut entries = fs::read_dir(directory).ok()?.flatten().map(|entry| entry.path());
    entries.find(|path| {
        path.to_string_lossy().contains(&format!("go{version}."))
            && path.extension().is_some_and(|end| end == "zip")
    })
}

/// In milliseconds.
struct Phases {
    start: f64,
    download: f64,
    rest: f64,
    sync: f64,
    publish: f64,
}

impl Phases {
    fn of(trace: &str) -> Option<Self> {
        // `PID TIME CALL(…) = RESULT <SECONDS>`
        let calls: Vec<(f64, &str)> = trace
            .lines()
            .filter_map(|line| {
                let (time, call) = line.split_once(' ')?.1.trim_start().split_once(' ')?;
                Some((time.parse().ok()?, call))
            })
            .collect();
        let is_received =
            |call: &str| call.starts_with("recvfrom(") && call.contains("<TCP") && !call.contains(" = 0 ");
        let began = calls.first()?.0;
        let first = calls.iter().find(|(_, call)| is_received(call))?.0;
        let last = calls.iter().rfind(|(_, call)| is_received(call))?.0;
        // Another thread may make a call meanwhile; then the line with the time comes last.
        let (sync, took) =
            calls.iter().filter(|(_, call)| call.contains("syncfs")).find_map(|(time, call)| {
                let seconds: f64 = call.rsplit_once('<')?.1.trim_end_matches('>').parse().ok()?;
                Some((if call.starts_with("syncfs(") { *time } else { time - seconds }, seconds))
            })?;
        let end = calls.last()?.0;
        Some(Self {
            start: (first - began) * 1e3,
            download: (last - first) * 1e3,
            rest: (sync - last).max(0.0) * 1e3,
            sync: took * 1e3,
            publish: (end - sync - took).max(0.0) * 1e3,
        })
    }
}

fn by_bandwidth(scene: &Scene, options: &Options, releases: &Releases) -> Result<Plot, String> {
    let mut lines = plot::lines(&["gover install, with the log's proof", "curl and tar, without any check"]);
    for megabytes in [12_u32, 25, 50, 100, 200] {
        let limit = Some(u64::from(megabytes) * 1_000_000);
        let server = Server::start(&releases.mirror, limit)?;
        let archives = Server::start(releases.archive.parent().unwrap_or(&scene.root), limit)?;
        let tasks = [gover(scene, "gover", &server, releases.new), curl(scene, "curl", &archives)];
        let found = in_turns(&scene.program("runner"), &tasks, options.rounds(3), &|_| empty(scene))?;
        plot::add(&mut lines, f64::from(megabytes), &found, |summary| summary.median / 1e3);
    }
    Ok(Plot {
        name: "install-bandwidth",
        title: "An install, by the bandwidth of the connection",
        x: "MB/s",
        y: "s",
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_read() {
        let trace = "7 100.000 connect(3<TCP:[1]>, …) = 0 <0.001>\n\
                     7 100.100 recvfrom(3<TCP:[1]>, \"H\", 9, 0, NULL, NULL) = 9 <0.001>\n\
                     8 100.600 recvfrom(3<TCP:[1]>, \"x\", 9, 0, NULL, NULL) = 9 <0.001>\n\
                     8 100.650 recvfrom(3<TCP:[1]>, \"\", 9, 0, NULL, NULL) = 0 <0.001>\n\
                     7 100.700 syncfs(4) = 0 <0.050>\n\
                     7 100.760 rename(\"a\", \"b\") = 0 <0.001>\n\
                     7 100.800 exit_group(0) = ?\n";
        let phases = Phases::of(trace).unwrap();
        let found = [phases.start, phases.download, phases.rest, phases.sync, phases.publish];
        assert_eq!(found.map(|phase| format!("{phase:.0}")), ["100", "500", "100", "50", "50"]);
    }
}
