-- Every command that changed something: its idempotency key, its answer, and who gave it.
-- One table is the idempotency store, the terminal's memory and the audit trail.
CREATE TABLE command (
    scope_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    -- Scans only: the key of the scan before, so that a device's scans form one chain.
    previous_key TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    request JSONB,
    outcome TEXT NOT NULL,
    actor_id UUID,
    device_id UUID,
    owner_id UUID,
    recorded_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (scope_id, key),
    CONSTRAINT command_id_unique UNIQUE (id)
);
CREATE UNIQUE INDEX command_chain ON command (scope_id, previous_key) WHERE previous_key IS NOT NULL;

-- Gap-free numbers: taken and given back with the transaction that uses them.
CREATE TABLE number_series (
    name TEXT COLLATE "C" NOT NULL,
    next_value BIGINT NOT NULL,
    PRIMARY KEY (name),
    CONSTRAINT number_series_positive CHECK (next_value > 0)
);

-- Work to be done after a commit: the one queue and outbox.
CREATE TABLE job (
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    payload JSONB NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    run_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    worker_id UUID,
    last_error TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT job_state CHECK (state IN ('queued', 'running', 'done', 'dead')),
    CONSTRAINT job_attempts CHECK (attempts >= 0)
);
CREATE INDEX job_due ON job (kind, run_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX job_subject ON job (subject);
-- Ids sort by age: for the list of dead jobs, and for sweeping out the done ones.
CREATE INDEX job_state_id ON job (state, id);
