//! The ten minutes of the README: what is written there works on a fresh server, as it is written.

use std::path::Path;
use std::time::Duration;

use ambar::access::service::first_start;
use tokio::process::Command;

use crate::chromium::Chromium;
use crate::support::TestApp;

const TIME_MAX: Duration = Duration::from_mins(3);

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[tokio::test]
async fn the_tour_passes_on_a_fresh_server() {
    let app = TestApp::spawn().await;
    let folder = Chromium::new("tour");
    let link = format!("{}{}", app.base, first_start(&app.app).await.unwrap().unwrap());
    let mut bash = Command::new("bash");
    bash.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tour.sh"))
        .arg(&link)
        .env("TOUR_ANSWERS", folder.folder())
        .kill_on_drop(true);
    let output = tokio::time::timeout(TIME_MAX, bash.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the tour stopped:\n{said}\n{failed}");
    assert!(said.contains("== all of it worked"), "{said}");
    let act = std::fs::read_to_string(folder.folder().join("act.html")).unwrap();
    assert!(act.contains("1042") && act.contains("Анна Иванова"), "{act}");
    app.finish().await;
}

#[test]
fn the_readme_shows_the_tour_that_is_tested() {
    let (readme, tour) = (text("README.md"), text("docs/tour.sh"));
    let (_, chapter) = readme.split_once("\n## Ten minutes").unwrap();
    let chapter = chapter.split("\n## ").next().unwrap();
    let blocks: Vec<&str> = chapter
        .split("```bash\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() > 10, "the chapter has lost its commands");
    for block in blocks {
        assert!(tour.contains(block), "docs/tour.sh does not do this:\n{block}");
    }
}
