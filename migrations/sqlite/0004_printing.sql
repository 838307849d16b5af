CREATE TABLE printer (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    name TEXT NOT NULL,
    -- What its own label says behind PN-.
    code TEXT NOT NULL,
    -- A file of firmware-protocols/printers: language, questions, timings.
    model TEXT NOT NULL,
    -- The people it stands next to; none: anybody of the warehouse.
    zone_id BLOB REFERENCES zone (id),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    -- What is loaded, such as '58x40'; a label goes only to a printer with its media.
    media TEXT NOT NULL,
    dots_per_mm INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    -- Stopped longer than this, what waits goes to another printer; none: it waits.
    reroute_after_s INTEGER,
    created_at INTEGER NOT NULL,
    -- As it was last seen.
    state TEXT NOT NULL,
    state_reason TEXT,
    state_at INTEGER,
    stopped_at INTEGER,
    odometer INTEGER,
    -- The node that may write to it, and until when.
    node_id BLOB,
    lease_until INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT printer_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT printer_code_unique UNIQUE (code),
    CONSTRAINT printer_port CHECK (port > 0 AND port < 65536),
    CONSTRAINT printer_density CHECK (dots_per_mm IN (6, 8, 12, 24)),
    CONSTRAINT printer_state CHECK (state IN ('unseen', 'ready', 'printing', 'stopped', 'silent', 'offline')),
    CONSTRAINT printer_lease CHECK ((node_id IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE TABLE print_job (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    -- Chosen when it is its turn, unless somebody chose before.
    printer_id BLOB REFERENCES printer (id),
    -- Where the person stands who wants it.
    zone_id BLOB REFERENCES zone (id),
    media TEXT NOT NULL,
    owner_id BLOB REFERENCES owner (id),
    template TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    -- The larger, the earlier.
    priority INTEGER NOT NULL,
    -- One label as it goes to the printer.
    label BLOB,
    sha256 BLOB,
    language TEXT,
    dots_per_mm INTEGER,
    copies INTEGER NOT NULL,
    -- Came out for sure before the last sending.
    printed INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    -- Of the last sending: the printer's odometer before it, and how often the printer stopped in the
    -- middle, each time with a spoiled label.
    odometer_before INTEGER,
    stops INTEGER NOT NULL,
    -- A person wants it out of a printer that stopped, and printed by this one.
    recall_to BLOB REFERENCES printer (id),
    reprint_of BLOB REFERENCES print_job (id),
    reprint_reason TEXT,
    actor_id BLOB,
    -- Who decided about an unknown one.
    decided_by BLOB,
    created_at INTEGER NOT NULL,
    sending_at INTEGER,
    sent_at INTEGER,
    -- Nothing is waited for any more.
    ended_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT print_job_state CHECK (state IN ('queued', 'sending', 'sent', 'confirmed', 'unknown', 'failed', 'cancelled')),
    CONSTRAINT print_job_ended CHECK (state NOT IN ('confirmed', 'failed', 'cancelled') OR ended_at IS NOT NULL),
    CONSTRAINT print_job_waits CHECK (state NOT IN ('queued', 'sending') OR ended_at IS NULL),
    CONSTRAINT print_job_bytes CHECK (state IN ('queued', 'failed', 'cancelled') OR (label IS NOT NULL AND sha256 IS NOT NULL AND printer_id IS NOT NULL)),
    CONSTRAINT print_job_copies CHECK (copies BETWEEN 1 AND 1000 AND printed BETWEEN 0 AND copies),
    CONSTRAINT print_job_reprint CHECK (reprint_of IS NULL OR LENGTH(reprint_reason) > 0)
) STRICT;
CREATE INDEX print_job_subject ON print_job (subject, id);
-- One job in a printer at a time, whichever node sends it.
CREATE UNIQUE INDEX print_job_in_printer ON print_job (printer_id) WHERE state IN ('sending', 'sent', 'unknown') AND ended_at IS NULL;
CREATE INDEX print_job_waiting ON print_job (printer_id, priority, id) WHERE state = 'queued';
CREATE INDEX print_job_state ON print_job (state, id);
CREATE INDEX print_job_printer ON print_job (printer_id, id);
