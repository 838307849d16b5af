//! HTTPS to the outside: a server that nobody vouches for is told nothing.

use std::process::Stdio;
use std::time::Duration;

use ambar::net;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::connections::free_port;
use crate::support::unique_name;

const PATIENCE: Duration = Duration::from_mins(1);

/// A server whose certificate its own key has signed, and the file of the certificate.
async fn server(port: u16) -> (Child, std::path::PathBuf) {
    let path = std::env::temp_dir().join(unique_name());
    let (key, certificate) = (path.with_extension("key"), path.with_extension("crt"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=ambar of this test alone"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.await.expect("openssl is installed").success());
    let process = Command::new("openssl")
        .args(["s_server", "-quiet", "-www", "-accept", &format!("127.0.0.1:{port}")])
        .arg("-key")
        .arg(&key)
        .arg("-cert")
        .arg(&certificate)
        .kill_on_drop(true)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::timeout(PATIENCE, async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    std::fs::remove_file(key).unwrap();
    (process, certificate)
}

#[tokio::test]
async fn a_server_is_believed_only_with_a_certificate_that_somebody_vouches_for() {
    let port = free_port().await;
    let (_server, certificate) = server(port).await;
    let url = format!("https://localhost:{port}/");
    let refused = net::client().get(&url).send().await.unwrap_err();
    let told = format!("{refused:?}");
    assert!(refused.is_connect() && told.contains("UnknownIssuer"), "{told}");
    // Whom the system trusts is believed: here by the variable that names its authorities.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tls::who_is_trusted_by_the_system_answers", "--nocapture"])
        .env("SSL_CERT_FILE", &certificate)
        .env(URL, &url)
        .output();
    let output = output.await.unwrap();
    std::fs::remove_file(certificate).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Names the server for the test below, which the one above runs in a process of its own.
const URL: &str = "AMBAR_TEST_TLS_URL";

#[tokio::test]
async fn who_is_trusted_by_the_system_answers() {
    let Ok(url) = std::env::var(URL) else {
        // The authorities of the binary are enough to make a client.
        assert!(net::client_builder().build().is_ok());
        return;
    };
    let answer = net::client().get(url).send().await.unwrap();
    assert!(answer.status().is_success());
}
