//! All of Go's download servers in one: release site, flat mirror, module proxy, checksum database.

use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::log::FakeLog;
use crate::release::{Release, index_json};
use crate::server::{FakeServer, Response};
use crate::service::lock;

/// The places where releases are published, all on one [`FakeServer`].
///
/// ```text
/// /dl/?mode=json[&include=all]      the index             GOVER_GODEV_URL = url()
/// /dl/FILE                          archives
/// /dl/mod/golang.org/toolchain/@v/  the module, for GOPROXY=direct
/// /mirror/FILE[.sha256]             a flat mirror         GOVER_SOURCES = mirror_url()
/// /proxy/golang.org/toolchain/@v/   a module proxy        GOPROXY = proxy_url()
/// /proxy/sumdb/NAME/                its pass-through to the checksum database
/// /sumdb/                           the database itself   GOSUMDB = "KEY URL"
/// ```
pub struct FakeSite {
    server: FakeServer,
    log: FakeLog,
    releases: Arc<Mutex<Vec<Arc<Release>>>>,
}

impl FakeSite {
    /// The name of the log, which also makes its key.
    pub const LOG: &'static str = "sum.test";

    /// Starts with no release and an empty log.
    pub fn start() -> Self {
        let log = FakeLog::new(Self::LOG);
        let site = Self { server: FakeServer::start(), log, releases: Arc::default() };
        let releases = Arc::clone(&site.releases);
        site.server.handle("/dl/", move |request| {
            if request.path != "/dl/" || !request.query.split('&').any(|part| part == "mode=json") {
                return None;
            }
            let releases = lock(&releases);
            let releases: Vec<&Release> = releases.iter().map(Arc::as_ref).collect();
            let all = request.query.split('&').any(|part| part == "include=all");
            let index = serde_json::to_vec_pretty(&index_json(&releases, all)).expect("JSON is writable");
            Some(Response::ok(index).with_header("Content-Type", "application/json"))
        });
        site.serve_log(&site.log);
        site
    }

    pub fn server(&self) -> &FakeServer {
        &self.server
    }

    pub fn log(&self) -> &FakeLog {
        &self.log
    }

    pub fn serve_log(&self, log: &FakeLog) {
        for prefix in [format!("/proxy/sumdb/{}", self.log.name()), "/sumdb".to_owned()] {
            let log = log.clone();
            let length = prefix.len();
            self.server.handle(&format!("{prefix}/"), move |request| {
                log.answer(request.path.get(length..)?).map(|body| Response::ok(body).without_etag())
            });
        }
    }

    /// Publishes a release everywhere, as the Go project does.
    pub fn publish(&self, release: Release) -> Arc<Release> {
        self.log.add_release(&release);
        self.publish_unlogged(release)
    }

    /// Publishes a release everywhere but in the checksum database.
    pub fn publish_unlogged(&self, release: Release) -> Arc<Release> {
        let release = Arc::new(release);
        self.publish_archive(&release);
        self.publish_module(&release);
        release
    }

    /// Publishes the archive alone: index, file and mirror.
    pub fn publish_archive(&self, release: &Arc<Release>) {
        let name = release.archive_name();
        for directory in ["/dl", "/mirror"] {
            self.server.serve(&format!("{directory}/{name}"), release.archive());
        }
        self.server.serve(&format!("/mirror/{name}.sha256"), release.sha256());
        lock(&self.releases).push(Arc::clone(release));
    }

    /// Publishes the module alone: `.info`, `.mod`, `.zip` and a line of the list.
    pub fn publish_module(&self, release: &Release) {
        let version = release.module_version();
        for base in ["/proxy", "/dl/mod"] {
            let directory = format!("{base}/golang.org/toolchain/@v");
            let info = json!({"Version": version, "Time": "2024-06-27T20:11:12Z"}).to_string();
            self.server.serve(&format!("{directory}/{version}.info"), info);
            self.server.serve(&format!("{directory}/{version}.mod"), "module golang.org/toolchain\n");
            self.server.serve(&format!("{directory}/{version}.zip"), release.module_zip());
            self.server.append_line(&format!("{directory}/list"), &version);
        }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn proxy_url(&self) -> String {
        self.server.at("/proxy")
    }

    pub fn mirror_url(&self) -> String {
        self.server.at("/mirror")
    }

    /// A value for GOSUMDB: reached through the proxy.
    pub fn gosumdb(&self) -> String {
        self.log.verifier_key()
    }

    pub fn gosumdb_direct(&self) -> String {
        format!("{} {}", self.log.verifier_key(), self.server.at("/sumdb"))
    }

    pub fn archive_path(release: &Release) -> String {
        format!("/dl/{}", release.archive_name())
    }

    pub fn module_path(release: &Release) -> String {
        format!("/proxy/golang.org/toolchain/@v/{}.zip", release.module_version())
    }
}
