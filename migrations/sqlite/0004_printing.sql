CREATE TABLE printer (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    -- What is loaded, such as '58x40'; a label goes only to a printer with its media.
    media TEXT NOT NULL,
    dots_per_mm INTEGER NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT printer_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT printer_port CHECK (port > 0 AND port < 65536),
    CONSTRAINT printer_density CHECK (dots_per_mm IN (6, 8, 12, 24))
) STRICT;
CREATE TABLE print_job (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    -- Chosen when it is sent, unless somebody chose before.
    printer_id BLOB REFERENCES printer (id),
    media TEXT NOT NULL,
    owner_id BLOB REFERENCES owner (id),
    template TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    -- What went to the printer.
    zpl BLOB,
    sha256 BLOB,
    copies INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    reprint_of BLOB REFERENCES print_job (id),
    reprint_reason TEXT,
    actor_id BLOB,
    created_at INTEGER NOT NULL,
    sending_at INTEGER,
    sent_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT print_job_state CHECK (state IN ('queued', 'sending', 'sent', 'unknown', 'failed', 'cancelled')),
    CONSTRAINT print_job_bytes CHECK (state IN ('queued', 'failed', 'cancelled') OR (zpl IS NOT NULL AND sha256 IS NOT NULL AND printer_id IS NOT NULL)),
    CONSTRAINT print_job_copies CHECK (copies BETWEEN 1 AND 1000),
    CONSTRAINT print_job_reprint CHECK (reprint_of IS NULL OR LENGTH(reprint_reason) > 0)
) STRICT;
CREATE INDEX print_job_subject ON print_job (subject, id);
-- One writer per printer, whichever node it is on.
CREATE UNIQUE INDEX print_job_sending ON print_job (printer_id) WHERE state = 'sending';
CREATE INDEX print_job_state ON print_job (state, id);
