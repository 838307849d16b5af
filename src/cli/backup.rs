//! `ambar backup` and `ambar restore` of the embedded database.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::DataArgs;
use crate::db::backup as copies;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write; an older one of this name is replaced when the copy is whole.
    target: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// A file that `ambar backup` wrote.
    source: PathBuf,
    /// Replace an existing database.
    #[arg(long)]
    force: bool,
}

pub(super) fn backup(data: &DataArgs, args: &BackupArgs) -> anyhow::Result<ExitCode> {
    refuse_postgres(data)?;
    let bar =
        ProgressBar::new(0).with_style(ProgressStyle::with_template("{wide_bar} {pos}/{len}")?);
    copies::backup(&data.file(), &args.target, |done, all| {
        bar.set_length(u64::try_from(all).unwrap_or_default());
        bar.set_position(u64::try_from(done).unwrap_or_default());
    })
    .with_context(|| format!("копия {} не записана", args.target.display()))?;
    bar.finish_and_clear();
    println!("копия записана: {}", args.target.display());
    println!(
        "ключа паролей в ней нет: храните отдельно от копии файл {} (или AMBAR_SECRET_KEY), без него пароли перевозчиков и подключений не прочитать",
        data.key_file().display()
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(data: &DataArgs, args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    refuse_postgres(data)?;
    if data.file().exists() && !args.force {
        bail!("{} уже существует: добавьте --force, чтобы заменить", data.file().display());
    }
    std::fs::create_dir_all(&data.data_dir)?;
    copies::restore(&args.source, &data.file())
        .with_context(|| format!("копия {} не годится", args.source.display()))?;
    println!("база восстановлена: {}", data.file().display());
    if !data.key_file().exists() {
        println!(
            "ключа паролей здесь нет: до запуска верните файл {} или задайте AMBAR_SECRET_KEY, иначе пароли перевозчиков и подключений придётся ввести заново",
            data.key_file().display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse_postgres(data: &DataArgs) -> anyhow::Result<()> {
    if data.server_url().is_some() {
        bail!("для PostgreSQL пользуйтесь его средствами: pg_dump или pg_basebackup");
    }
    Ok(())
}
