CREATE TABLE printer (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    name TEXT COLLATE "C" NOT NULL,
    -- What its own label says behind PN-.
    code TEXT COLLATE "C" NOT NULL,
    -- A file of firmware-protocols/printers: language, questions, timings.
    model TEXT COLLATE "C" NOT NULL,
    -- The people it stands next to; none: anybody of the warehouse.
    zone_id UUID REFERENCES zone (id),
    host TEXT COLLATE "C" NOT NULL,
    port BIGINT NOT NULL,
    -- What is loaded, such as '58x40'; a label goes only to a printer with its media.
    media TEXT COLLATE "C" NOT NULL,
    dots_per_mm BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    -- Stopped longer than this, what waits goes to another printer; none: it waits.
    reroute_after_s BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    -- As it was last seen.
    state TEXT COLLATE "C" NOT NULL,
    state_reason TEXT COLLATE "C",
    state_at TIMESTAMPTZ,
    stopped_at TIMESTAMPTZ,
    odometer BIGINT,
    -- The node that may write to it, and until when.
    node_id UUID,
    lease_until TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT printer_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT printer_code_unique UNIQUE (code),
    CONSTRAINT printer_port CHECK (port > 0 AND port < 65536),
    CONSTRAINT printer_density CHECK (dots_per_mm IN (6, 8, 12, 24)),
    CONSTRAINT printer_state CHECK (state IN ('unseen', 'ready', 'printing', 'stopped', 'silent', 'offline')),
    CONSTRAINT printer_lease CHECK ((node_id IS NULL) = (lease_until IS NULL))
);
CREATE TABLE print_job (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    -- Chosen when it is its turn, unless somebody chose before.
    printer_id UUID REFERENCES printer (id),
    -- Where the person stands who wants it.
    zone_id UUID REFERENCES zone (id),
    media TEXT COLLATE "C" NOT NULL,
    owner_id UUID REFERENCES owner (id),
    template TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    data JSONB NOT NULL,
    -- The larger, the earlier.
    priority BIGINT NOT NULL,
    -- One label as it goes to the printer.
    label BYTEA,
    sha256 BYTEA,
    language TEXT COLLATE "C",
    dots_per_mm BIGINT,
    copies BIGINT NOT NULL,
    -- Came out for sure before the last sending.
    printed BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    -- Of the last sending: the printer's odometer before it, and how often the printer stopped in the
    -- middle, each time with a spoiled label.
    odometer_before BIGINT,
    stops BIGINT NOT NULL,
    -- A person wants it out of a printer that stopped, and printed by this one.
    recall_to UUID REFERENCES printer (id),
    reprint_of UUID REFERENCES print_job (id),
    reprint_reason TEXT COLLATE "C",
    actor_id UUID,
    -- Who decided about an unknown one.
    decided_by UUID,
    created_at TIMESTAMPTZ NOT NULL,
    sending_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    -- Nothing is waited for any more.
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT print_job_state CHECK (state IN ('queued', 'sending', 'sent', 'confirmed', 'unknown', 'failed', 'cancelled')),
    CONSTRAINT print_job_ended CHECK (state NOT IN ('confirmed', 'failed', 'cancelled') OR ended_at IS NOT NULL),
    CONSTRAINT print_job_waits CHECK (state NOT IN ('queued', 'sending') OR ended_at IS NULL),
    CONSTRAINT print_job_bytes CHECK (state IN ('queued', 'failed', 'cancelled') OR (label IS NOT NULL AND sha256 IS NOT NULL AND printer_id IS NOT NULL)),
    CONSTRAINT print_job_copies CHECK (copies BETWEEN 1 AND 1000 AND printed BETWEEN 0 AND copies),
    CONSTRAINT print_job_reprint CHECK (reprint_of IS NULL OR LENGTH(reprint_reason) > 0)
);
CREATE INDEX print_job_subject ON print_job (subject, id);
-- One job in a printer at a time, whichever node sends it.
CREATE UNIQUE INDEX print_job_in_printer ON print_job (printer_id) WHERE state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL;
CREATE INDEX print_job_waiting ON print_job (printer_id, priority, id) WHERE state = 'queued';
CREATE INDEX print_job_state ON print_job (state, id);
CREATE INDEX print_job_printer ON print_job (printer_id, id);
