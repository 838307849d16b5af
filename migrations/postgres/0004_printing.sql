CREATE TABLE printer (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    name TEXT COLLATE "C" NOT NULL,
    host TEXT COLLATE "C" NOT NULL,
    port BIGINT NOT NULL,
    -- What is loaded, such as '58x40'; a label goes only to a printer with its media.
    media TEXT COLLATE "C" NOT NULL,
    dots_per_mm BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT printer_name_unique UNIQUE (warehouse_id, name),
    CONSTRAINT printer_port CHECK (port > 0 AND port < 65536),
    CONSTRAINT printer_density CHECK (dots_per_mm IN (6, 8, 12, 24))
);
CREATE TABLE print_job (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    -- Chosen when it is sent, unless somebody chose before.
    printer_id UUID REFERENCES printer (id),
    media TEXT COLLATE "C" NOT NULL,
    owner_id UUID REFERENCES owner (id),
    template TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    data JSONB NOT NULL,
    -- What went to the printer.
    zpl BYTEA,
    sha256 BYTEA,
    copies BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    reprint_of UUID REFERENCES print_job (id),
    reprint_reason TEXT COLLATE "C",
    actor_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    sending_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT print_job_state CHECK (state IN ('queued', 'sending', 'sent', 'unknown', 'failed', 'cancelled')),
    CONSTRAINT print_job_bytes CHECK (state IN ('queued', 'failed', 'cancelled') OR (zpl IS NOT NULL AND sha256 IS NOT NULL AND printer_id IS NOT NULL)),
    CONSTRAINT print_job_copies CHECK (copies BETWEEN 1 AND 1000),
    CONSTRAINT print_job_reprint CHECK (reprint_of IS NULL OR LENGTH(reprint_reason) > 0)
);
CREATE INDEX print_job_subject ON print_job (subject, id);
-- One writer per printer, whichever node it is on.
CREATE UNIQUE INDEX print_job_sending ON print_job (printer_id) WHERE state = 'sending';
CREATE INDEX print_job_state ON print_job (state, id);
