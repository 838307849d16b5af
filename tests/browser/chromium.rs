//! A real Chromium without a window and without a way out to the network.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

/// A start on a busy machine takes long; a page never does.
const TIME_MAX: Duration = Duration::from_mins(3);
/// How far the page's own clock runs before it is looked at.
const PAGE_TIME: &str = "--virtual-time-budget=15000";

/// A browser with a profile of its own, and a folder for its pictures.
pub(crate) struct Chromium {
    folder: PathBuf,
    starts: u32,
}

impl Chromium {
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ambar_{test}_{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, starts: 0 }
    }

    /// Where the test may leave files.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The page as it stands after its scripts have run.
    pub(crate) async fn dom(&mut self, url: &str) -> String {
        let output = self.run(&["--dump-dom", url]).await;
        String::from_utf8(output.stdout).unwrap()
    }

    /// Takes a picture of the page and answers its width and height.
    pub(crate) async fn picture(&mut self, url: &str, size: (u32, u32)) -> (u32, u32) {
        let file = self.folder.join("page.png");
        let screenshot = format!("--screenshot={}", file.display());
        let window = format!("--window-size={},{}", size.0, size.1);
        self.run(&[&screenshot, &window, "--hide-scrollbars", url]).await;
        image::image_dimensions(&file).unwrap()
    }

    async fn run(&mut self, arguments: &[&str]) -> Output {
        self.starts += 1;
        let profile = self.folder.join(format!("profile-{}", self.starts));
        let mut command = Command::new("chromium");
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--disable-dev-shm-usage", PAGE_TIME])
            // Everything but this machine is unreachable: a page that needs more is found out.
            .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(TIME_MAX, command.output())
            .await
            .expect("chromium does not end")
            .unwrap_or_else(|error| {
                panic!("chromium is needed (apt-get install chromium): {error}")
            });
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "chromium failed: {}\n{told}", output.status);
        output
    }
}

impl Drop for Chromium {
    /// A failed test leaves its pictures behind.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.folder).unwrap();
        }
    }
}
