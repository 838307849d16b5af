//! The rows of terms.

use crate::agency::terms::{AgencyTerms, AgencyTermsIn};
use crate::args;
use crate::bank::payment_order::Requisites;
use crate::db::{Arg, DbError, FromColumn, Record, Row, Tx};
use crate::ids::OwnerId;
use crate::units::Day;

/// The columns of [`AgencyTerms`].
macro_rules! columns {
    () => {
        "owner_id, valid_from, contract_number, contract_day, agent_name, agent_inn, fee_bp,
         fee_minimum_kopecks, set_off, advance, payout_minimum_kopecks, payee_name, payee_inn,
         payee_kpp, payee_account, payee_bank_name, payee_bic, payee_corr_account, written_by,
         written_at"
    };
}

const PUT: &str = "INSERT INTO agency_terms
     (owner_id, valid_from, contract_number, contract_day, agent_name, agent_inn, fee_bp,
         fee_minimum_kopecks, set_off, advance, payout_minimum_kopecks, payee_name,
         payee_inn, payee_kpp, payee_account, payee_bank_name, payee_bic, payee_corr_account,
         written_by, written_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
         $20)
     ON CONFLICT (owner_id, valid_from) DO UPDATE SET
         contract_number = excluded.contract_number, contract_day = excluded.contract_day,
         agent_name = excluded.agent_name, agent_inn = excluded.agent_inn,
         fee_bp = excluded.fee_bp, fee_minimum_kopecks = excluded.fee_minimum_kopecks,
         set_off = excluded.set_off, advance = excluded.advance,
         payout_minimum_kopecks = excluded.payout_minimum_kopecks,
         payee_name = excluded.payee_name, payee_inn = excluded.payee_inn,
         payee_kpp = excluded.payee_kpp, payee_account = excluded.payee_account,
         payee_bank_name = excluded.payee_bank_name, payee_bic = excluded.payee_bic,
         payee_corr_account = excluded.payee_corr_account,
         written_by = excluded.written_by, written_at = excluded.written_at";

const ON: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agency_terms WHERE owner_id = $1 AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1"
);

const OF_OWNERS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agency_terms AS t
     WHERE valid_from = (SELECT MAX(o.valid_from) FROM agency_terms AS o
                         WHERE o.owner_id = t.owner_id AND o.valid_from <= $1)
       AND owner_id IN (/*list*/)"
);

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM agency_terms WHERE owner_id = $1 ORDER BY valid_from DESC LIMIT 500"
);

pub(super) const QUERIES: &[&str] = &[PUT, ON, OF_OWNERS, LIST];

impl Record for AgencyTerms {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            owner: FromColumn::from_column(row, 0)?,
            terms: AgencyTermsIn {
                valid_from: FromColumn::from_column(row, 1)?,
                contract_number: FromColumn::from_column(row, 2)?,
                contract_day: FromColumn::from_column(row, 3)?,
                agent_name: FromColumn::from_column(row, 4)?,
                agent_inn: FromColumn::from_column(row, 5)?,
                fee_bp: FromColumn::from_column(row, 6)?,
                fee_minimum_kopecks: FromColumn::from_column(row, 7)?,
                set_off: FromColumn::from_column(row, 8)?,
                advance: FromColumn::from_column(row, 9)?,
                payout_minimum_kopecks: FromColumn::from_column(row, 10)?,
                payee: Requisites {
                    name: FromColumn::from_column(row, 11)?,
                    inn: FromColumn::from_column(row, 12)?,
                    kpp: FromColumn::from_column(row, 13)?,
                    account: FromColumn::from_column(row, 14)?,
                    bank_name: FromColumn::from_column(row, 15)?,
                    bic: FromColumn::from_column(row, 16)?,
                    corr_account: FromColumn::from_column(row, 17)?,
                },
            },
            written_by: FromColumn::from_column(row, 18)?,
            written_at: FromColumn::from_column(row, 19)?,
        })
    }
}

pub(in crate::agency) async fn put(tx: &mut Tx, row: &AgencyTerms) -> Result<(), DbError> {
    let AgencyTerms { owner, terms, written_by, written_at } = row;
    let payee = &terms.payee;
    let values = args![
        *owner,
        terms.valid_from,
        terms.contract_number.trim(),
        terms.contract_day,
        terms.agent_name.trim(),
        &terms.agent_inn,
        terms.fee_bp,
        terms.fee_minimum_kopecks,
        terms.set_off,
        terms.advance,
        terms.payout_minimum_kopecks,
        payee.name.trim(),
        &payee.inn,
        payee.kpp.as_deref(),
        &payee.account,
        payee.bank_name.trim(),
        &payee.bic,
        &payee.corr_account,
        *written_by,
        *written_at,
    ];
    tx.execute(PUT, values).await.map(drop)
}

pub(in crate::agency) async fn on(
    tx: &mut Tx,
    owner: OwnerId,
    day: Day,
) -> Result<Option<AgencyTerms>, DbError> {
    tx.fetch_optional(ON, args![owner, day]).await
}

pub(in crate::agency) async fn of_owners(
    tx: &mut Tx,
    owners: &[OwnerId],
    day: Day,
) -> Result<Vec<AgencyTerms>, DbError> {
    let list = owners.iter().map(|owner| Arg::from(*owner)).collect();
    tx.fetch_in(OF_OWNERS, args![day], list).await
}

pub(in crate::agency) async fn list(
    tx: &mut Tx,
    owner: OwnerId,
) -> Result<Vec<AgencyTerms>, DbError> {
    tx.fetch_all(LIST, args![owner]).await
}
