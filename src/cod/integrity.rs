//! The sums of parcels, their steps and the accounts of the chain against each other: rules of `verify`.

/// The steps that one transfer made sum up to it.
const STEPS: &str = "SELECT 'cod_step', transfer_id, stored, recomputed FROM (
    SELECT s.transfer_id, ABS(CAST(SUM(s.amount_kopecks) AS BIGINT)) AS stored,
           MAX(t.amount_kopecks) AS recomputed
    FROM cod_step s JOIN money_transfer t ON t.id = s.transfer_id
    GROUP BY s.transfer_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What the parcels of an owner are to bring is what its accounts say: the chain's first account.
const EXPECTED: &str = "SELECT 'cod_at_buyer', owner_id, stored, recomputed FROM (
    SELECT owner_id, carrier, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, a.carrier, b.debit_kopecks - b.credit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'cod_at_buyer'
        UNION ALL
        SELECT owner_id, carrier, 0, expected_kopecks - released_kopecks - collected_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id, carrier
) AS keys WHERE stored <> recomputed LIMIT $1";

/// The same for what carriers hold that is in no register.
const COLLECTED: &str = "SELECT 'cod_at_carrier', owner_id, stored, recomputed FROM (
    SELECT owner_id, carrier, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, a.carrier, b.debit_kopecks - b.credit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'cod_at_carrier'
        UNION ALL
        SELECT owner_id, carrier, 0, collected_kopecks - registered_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id, carrier
) AS keys WHERE stored <> recomputed LIMIT $1";

/// And for what registers list that the bank has not.
const REGISTERED: &str = "SELECT 'cod_registered', owner_id, stored, recomputed FROM (
    SELECT owner_id, carrier, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, a.carrier, b.debit_kopecks - b.credit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'cod_registered'
        UNION ALL
        SELECT owner_id, carrier, 0, registered_kopecks - received_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id, carrier
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What the bank has of an owner's and no report lists.
const RECEIVED: &str = "SELECT 'cod_received', owner_id, stored, recomputed FROM (
    SELECT owner_id, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, b.credit_kopecks - b.debit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'cod_received'
        UNION ALL
        SELECT owner_id, 0, received_kopecks + advanced_kopecks - reported_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What is the shops' when the bank has it is what their parcels are still to bring: nobody else posts
/// there.
const PENDING: &str = "SELECT 'cod_pending', owner_id, stored, recomputed FROM (
    SELECT owner_id, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, b.credit_kopecks - b.debit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'cod_pending'
        UNION ALL
        SELECT owner_id, 0, expected_kopecks - released_kopecks - received_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id
) AS keys WHERE stored <> recomputed LIMIT $1";

/// What was promised to an owner before the bank had it, and has not come yet.
const ADVANCED: &str = "SELECT 'owner_advance', owner_id, stored, recomputed FROM (
    SELECT owner_id, CAST(SUM(booked) AS BIGINT) AS stored, CAST(SUM(open) AS BIGINT) AS recomputed
    FROM (
        SELECT a.owner_id, b.debit_kopecks - b.credit_kopecks AS booked, 0 AS open
        FROM money_account a JOIN money_balance b ON b.account_id = a.id WHERE a.kind = 'owner_advance'
        UNION ALL
        SELECT owner_id, 0, advanced_kopecks FROM cod
    ) AS lines
    GROUP BY owner_id
) AS keys WHERE stored <> recomputed LIMIT $1";

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
