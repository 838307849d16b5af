-- Every command that changed something: its idempotency key, its answer, and who gave it.
-- One table is the idempotency store, the terminal's memory and the audit trail.
CREATE TABLE command (
    scope_id BLOB NOT NULL,
    key TEXT NOT NULL,
    id BLOB NOT NULL,
    -- Scans only: the key of the scan before, so that a device's scans form one chain.
    previous_key TEXT,
    action TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    request TEXT,
    outcome TEXT NOT NULL,
    actor_id BLOB,
    device_id BLOB,
    owner_id BLOB,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (scope_id, key),
    CONSTRAINT command_id_unique UNIQUE (id)
) STRICT;
CREATE UNIQUE INDEX command_chain ON command (scope_id, previous_key) WHERE previous_key IS NOT NULL;

-- Gap-free numbers: taken and given back with the transaction that uses them.
CREATE TABLE number_series (
    name TEXT NOT NULL,
    next_value INTEGER NOT NULL,
    PRIMARY KEY (name),
    CONSTRAINT number_series_positive CHECK (next_value > 0)
) STRICT;

-- Work to be done after a commit: the one queue and outbox.
CREATE TABLE job (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    lease_until INTEGER,
    worker_id BLOB,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT job_state CHECK (state IN ('queued', 'running', 'done', 'dead')),
    CONSTRAINT job_attempts CHECK (attempts >= 0)
) STRICT;
CREATE INDEX job_due ON job (kind, run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX job_subject ON job (subject);
-- Ids sort by age: for the list of dead jobs, and for sweeping out the done ones.
CREATE INDEX job_state_id ON job (state, id);
