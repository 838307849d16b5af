//! The sums of parcels, their steps and the accounts of the chain against each other: rules of `verify`.

/// The steps that one transfer made sum up to it.
const STEPS: &str = "SELECT 'cod_step', transfer_id, stored, recomputed FROM (
    SELECT s.transfer_id, ABS(CAST(SUM(s.amount_kopecks) AS BIGINT)) AS stored,
           MAX(t.amount_kopecks) AS recomputed
    FROM cod_step s JOIN money_transfer t ON t.id = s.transfer_id
    GROUP BY s.transfer_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What a kind of account says of `$of` is what the sums of the parcels make.
macro_rules! agree {
    ($kind:literal, $of:literal, $booked:literal, $open:literal) => {
        concat!(
            "SELECT '",
            $kind,
            "', owner_id, stored, recomputed FROM (
    SELECT ",
            $of,
            ", CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT ",
            $of,
            ", ",
            $booked,
            " AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = '",
            $kind,
            "'
        UNION ALL
        SELECT ",
            $of,
            ", 0, ",
            $open,
            " FROM cod
    ) AS lines
    GROUP BY ",
            $of,
            "
) AS keys WHERE stored <> recomputed LIMIT $1"
        )
    };
}

/// What carriers hold for an owner.
macro_rules! at_carrier {
    ($kind:literal, $open:literal) => {
        agree!($kind, "owner_id, carrier", "b.debit_kopecks - b.credit_kopecks", $open)
    };
}

/// What is to be collected.
const EXPECTED: &str =
    at_carrier!("cod_at_buyer", "expected_kopecks - released_kopecks - collected_kopecks");

/// What is in no register.
const COLLECTED: &str = at_carrier!("cod_at_carrier", "collected_kopecks - registered_kopecks");

/// What registers list that the bank has not.
const REGISTERED: &str = at_carrier!("cod_registered", "registered_kopecks - received_kopecks");

/// What the bank has of an owner's and no report lists.
const RECEIVED: &str = agree!(
    "cod_received",
    "owner_id",
    "b.credit_kopecks - b.debit_kopecks",
    "received_kopecks + advanced_kopecks - reported_kopecks"
);

/// What is the shops' when the bank has it is what their parcels are still to bring: nobody else posts
/// there.
const PENDING: &str = agree!(
    "cod_pending",
    "owner_id",
    "b.credit_kopecks - b.debit_kopecks",
    "expected_kopecks - released_kopecks - received_kopecks"
);

/// What was promised to an owner before the bank had it, and has not come yet.
const ADVANCED: &str =
    agree!("owner_advance", "owner_id", "b.debit_kopecks - b.credit_kopecks", "advanced_kopecks");

/// The sums of a parcel are its steps.
const CHAIN: &str = "SELECT 'cod', parcel_id, stored, recomputed FROM (
    SELECT parcel_id, step, CAST(SUM(stored) AS BIGINT) AS stored, CAST(SUM(moved) AS BIGINT) AS recomputed
    FROM (
        SELECT parcel_id, 'expected' AS step, expected_kopecks AS stored, 0 AS moved FROM cod
        UNION ALL SELECT parcel_id, 'released', released_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'collected', collected_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'registered', registered_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'received', received_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'advanced', advanced_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'reported', reported_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'paid', paid_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, 'refunded', refunded_kopecks, 0 FROM cod
        UNION ALL SELECT parcel_id, CASE WHEN step = 'advance_cleared' THEN 'advanced' ELSE step END, 0,
            CASE WHEN step = 'advance_cleared' THEN -amount_kopecks ELSE amount_kopecks END FROM cod_step
        UNION ALL SELECT parcel_id, 'reported', 0, amount_kopecks FROM cod_step WHERE step = 'advanced'
    ) AS lines
    GROUP BY parcel_id, step
) AS keys WHERE stored <> recomputed LIMIT $1";

pub const RULES: &[&str] =
    &[STEPS, EXPECTED, COLLECTED, REGISTERED, RECEIVED, PENDING, ADVANCED, CHAIN];
