//! What is known of carriers: their terms, their headings, and when they were asked.

use std::collections::BTreeMap;

use crate::commands::Ctx;
use crate::db::{DbError, Tx};
use crate::registers::model::{CodContract, FeeTerms};
use crate::{args, record};

record! {
    struct HeadingRow {
        field: String,
        heading: String,
    }
}

const TERMS: &str =
    "SELECT carrier, method, valid_from, rate_bp, minimum_kopecks FROM cod_fee_terms
     WHERE carrier = $1 ORDER BY method, valid_from";

const TERMS_SET: &str =
    "INSERT INTO cod_fee_terms (carrier, method, valid_from, rate_bp, minimum_kopecks)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (carrier, method, valid_from) DO UPDATE
     SET rate_bp = excluded.rate_bp, minimum_kopecks = excluded.minimum_kopecks";

const HEADINGS: &str = "SELECT field, heading FROM column_map WHERE carrier = $1 ORDER BY field";

const HEADING_SET: &str = "INSERT INTO column_map (carrier, field, heading, updated_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (carrier, field) DO UPDATE
     SET heading = excluded.heading, updated_at = excluded.updated_at";

const CONTRACTS: &str = "SELECT carrier, number, inn FROM cod_contract
     WHERE carrier = $1 ORDER BY number, inn";

const CONTRACT_ADD: &str = "INSERT INTO cod_contract (carrier, number, inn) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING";

pub(super) const QUERIES: &[&str] =
    &[TERMS, TERMS_SET, HEADINGS, HEADING_SET, CONTRACTS, CONTRACT_ADD];

pub(in crate::registers) async fn contracts(
    tx: &mut Tx,
    carrier: &str,
) -> Result<Vec<CodContract>, DbError> {
    tx.fetch_all(CONTRACTS, args![carrier]).await
}

pub async fn contract_add(tx: &mut Tx, contract: &CodContract) -> Result<(), DbError> {
    let values = args![&contract.carrier, &contract.number, &contract.inn];
    tx.execute(CONTRACT_ADD, values).await.map(drop)
}

pub(in crate::registers) async fn terms(
    tx: &mut Tx,
    carrier: &str,
) -> Result<Vec<FeeTerms>, DbError> {
    tx.fetch_all(TERMS, args![carrier]).await
}

pub async fn terms_set(tx: &mut Tx, terms: &FeeTerms) -> Result<(), DbError> {
    let values =
        args![&terms.carrier, terms.method, terms.valid_from, terms.rate_bp, terms.minimum_kopecks];
    tx.execute(TERMS_SET, values).await.map(drop)
}

pub(in crate::registers) async fn headings(
    tx: &mut Tx,
    carrier: &str,
) -> Result<BTreeMap<String, String>, DbError> {
    let rows: Vec<HeadingRow> = tx.fetch_all(HEADINGS, args![carrier]).await?;
    Ok(rows.into_iter().map(|row| (row.field, row.heading)).collect())
}

pub(in crate::registers) async fn headings_keep(
    tx: &mut Tx,
    ctx: &Ctx,
    carrier: &str,
    told: &BTreeMap<String, String>,
) -> Result<(), DbError> {
    let row = |(field, heading): (&String, &String)| args![carrier, field, heading, ctx.now];
    tx.insert_many(HEADING_SET, told.iter().map(row).collect()).await.map(drop)
}
