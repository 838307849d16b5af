//! Settings: flags of the command line, or the environment.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::db::Location;
use crate::secrets::{KEY_FILE, KeyVariables, Vault};

/// Where the data lies.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// Folder of the embedded database; made when it does not exist.
    #[arg(long, env = "AMBAR_DATA_DIR", default_value = "data", global = true)]
    pub data_dir: PathBuf,
    /// `postgres://user:password@host/database`; without it the embedded database is used.
    #[arg(long, env = "AMBAR_DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<String>,
}

impl DataArgs {
    pub fn location(&self) -> Location {
        match self.server_url() {
            Some(url) => Location::Url(url.to_owned()),
            None => Location::File(self.file()),
        }
    }

    /// The database server, if there is one: a variable that is set to nothing names none.
    pub fn server_url(&self) -> Option<&str> {
        self.database_url.as_deref().filter(|url| !url.is_empty())
    }

    /// The file of the embedded database.
    pub fn file(&self) -> PathBuf {
        self.data_dir.join("ambar.db")
    }

    /// The key of secrets where the environment gives none. It is no part of a backup.
    pub fn key_file(&self) -> PathBuf {
        self.data_dir.join(KEY_FILE)
    }

    /// What keeps secrets: with the key of `AMBAR_SECRET_KEY`, or of the key file.
    pub fn vault(&self) -> Vault {
        Vault::load(&self.data_dir, &KeyVariables::from_environment())
    }
}

/// Where the server listens.
#[derive(Debug, Clone, Args)]
pub struct ListenArgs {
    /// Address of the HTTP service.
    #[arg(long, env = "AMBAR_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address for scanners that send a line per scan over TCP; `off` for none.
    #[arg(long, env = "AMBAR_SCANNER_LISTEN", default_value = "127.0.0.1:9200")]
    pub scanner_listen: String,
    /// How the server is reached from outside, for the links it prints.
    #[arg(long, env = "AMBAR_PUBLIC_URL")]
    pub public_url: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_nothing_means_the_embedded_database() {
        let data = |url: Option<&str>| DataArgs {
            data_dir: PathBuf::from("data"),
            database_url: url.map(str::to_owned),
        };
        for none in [None, Some("")] {
            assert_eq!(data(none).server_url(), None);
            assert!(matches!(data(none).location(), Location::File(_)));
        }
        let url = Some("postgres://127.0.0.1/ambar");
        assert_eq!(data(url).server_url(), url);
        assert!(matches!(data(url).location(), Location::Url(_)));
    }
}
