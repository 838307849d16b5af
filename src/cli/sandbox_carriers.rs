//! `ambar sandbox carriers`: stand-ins of carriers, with contracts that a server takes.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use clap::Args;

use crate::ids::WarehouseId;
use crate::sandbox::carriers::all::{self, Known};
use crate::sandbox::carriers::{BadManner, Standing, Step};
use crate::units::Clock;

#[derive(Debug, Args)]
pub(super) struct CarriersArgs {
    /// Only this carrier; may be given again. All without it.
    #[arg(long)]
    only: Vec<String>,
    /// Where the first one listens; the others take the ports behind it, or any free ones for port 0.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The warehouse that the contracts are for, as `GET /v1/warehouses` names it.
    #[arg(long)]
    warehouse: Option<WarehouseId>,
}

/// Stands there until it is told to stop.
pub(super) async fn run(args: &CarriersArgs) -> anyhow::Result<()> {
    let standing = stand(args).await?;
    for (known, stands) in &standing {
        println!("{}", about(known, stands, args.warehouse)?);
    }
    println!("{}", control());
    std::future::pending().await
}

async fn stand(args: &CarriersArgs) -> anyhow::Result<Vec<(Known, Standing)>> {
    let codes = || all::ALL.iter().map(|known| known.code);
    for code in &args.only {
        let known: Vec<&str> = codes().collect();
        ensure!(
            codes().any(|known| known == code),
            "нет службы {code}; есть: {}",
            known.join(", ")
        );
    }
    let wanted = all::ALL
        .into_iter()
        .filter(|known| args.only.is_empty() || args.only.iter().any(|code| code == known.code));
    let mut standing = Vec::new();
    for (known, behind) in wanted.zip(0_u16..) {
        let mut at = args.listen;
        if at.port() != 0 {
            at.set_port(at.port().checked_add(behind).context("портов не хватает")?);
        }
        let stands = Standing::start_at((known.stand_in)(Clock::system()), at).await;
        let stands = stands.with_context(|| format!("адрес {at} занят или недоступен"))?;
        standing.push((known, stands));
    }
    Ok(standing)
}

/// Where it listens, and the contract on a line of its own.
fn about(
    known: &Known,
    stands: &Standing,
    warehouse: Option<WarehouseId>,
) -> anyhow::Result<String> {
    let warehouse = warehouse.map_or_else(|| "СКЛАД".to_owned(), |warehouse| warehouse.to_string());
    let body = serde_json::to_string(&known.account_body(&warehouse, &stands.url()))?;
    Ok(format!("{} {}\n{body}", known.code, stands.url()))
}

fn control() -> String {
    let steps = Step::ALL.iter().map(|step| step.as_str()).collect::<Vec<_>>().join(", ");
    let manners =
        BadManner::ALL.iter().map(|manner| manner.as_str()).collect::<Vec<_>>().join(", ");
    format!(
        "договор — тело POST /v1/carrier-accounts; склад называет --warehouse или замена слова СКЛАД

что служба держит:   curl АДРЕС/_sandbox/shipments
что будет дальше:    curl -X POST АДРЕС/_sandbox/shipments/НОМЕР/ШАГ
  шаги: {steps}
дурные манеры:       curl -X POST АДРЕС/_sandbox/manners -H 'Content-Type: application/json' \\
                       -d '{{\"manner\": \"cut_after_accept\", \"times\": 1, \"path\": \"\"}}'
  манеры: {manners}
  без times — всегда, path — часть запроса вида «POST /путь»; хватит: curl -X DELETE АДРЕС/_sandbox/manners"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(only: &[&str], listen: &str) -> CarriersArgs {
        CarriersArgs {
            only: only.iter().map(|code| (*code).to_owned()).collect(),
            listen: listen.parse().expect("an address"),
            warehouse: None,
        }
    }

    #[tokio::test]
    async fn all_stand_or_those_that_are_named() {
        let all = stand(&args(&[], "127.0.0.1:0")).await.expect("ports");
        assert_eq!(all.len(), all::ALL.len());
        let two = stand(&args(&["cdek", "post"], "127.0.0.1:0")).await.expect("ports");
        let codes: Vec<&str> = two.iter().map(|(known, _)| known.code).collect();
        assert_eq!(codes, ["cdek", "post"]);
        let error = stand(&args(&["sdek"], "127.0.0.1:0")).await.err().expect("no such carrier");
        assert!(error.to_string().contains("boxberry, cdek"), "{error}");
        let taken = two[0].1.url().replace("http://", "");
        let error = stand(&args(&["post"], &taken)).await.err().expect("somebody is there");
        assert!(error.to_string().contains(&taken), "{error}");
    }
}
