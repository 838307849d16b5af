CREATE TABLE warehouse (
    id UUID NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- Where a parcel's label has to be scanned back before the parcel may leave.
    scan_back TEXT COLLATE "C" NOT NULL DEFAULT 'off',
    PRIMARY KEY (id),
    CONSTRAINT warehouse_code_unique UNIQUE (code),
    CONSTRAINT warehouse_scan_back CHECK (scan_back IN ('off', 'loading', 'packing'))
);
CREATE TABLE zone (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT zone_code_unique UNIQUE (warehouse_id, code)
);
-- Where stock can be: bins, handling units that stand in a bin or in each other, and the virtual
-- places outside, so that stock never appears or vanishes but moves.
CREATE TABLE place (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    -- Stock here can be promised to orders.
    pickable BOOLEAN NOT NULL,
    locked BOOLEAN NOT NULL,
    -- Bins only.
    zone_id UUID REFERENCES zone (id),
    aisle TEXT COLLATE "C",
    purpose TEXT COLLATE "C",
    sequence BIGINT,
    volume_max_cm3 BIGINT,
    weight_max_g BIGINT,
    mixing TEXT COLLATE "C",
    -- Handling units only: the bin or the unit that holds it.
    inside_id UUID REFERENCES place (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT place_code_unique UNIQUE (warehouse_id, code),
    CONSTRAINT place_kind CHECK (kind IN ('bin', 'pallet', 'tote', 'box', 'parcel', 'supplier', 'carrier', 'buyer', 'lost_and_found', 'scrap')),
    CONSTRAINT place_bin CHECK (
        (kind = 'bin') = (zone_id IS NOT NULL AND purpose IS NOT NULL AND sequence IS NOT NULL
            AND volume_max_cm3 IS NOT NULL AND weight_max_g IS NOT NULL AND mixing IS NOT NULL AND aisle IS NOT NULL)
    ),
    CONSTRAINT place_purpose CHECK (purpose IN ('storage', 'receiving', 'packing', 'staging', 'quarantine', 'returns')),
    CONSTRAINT place_mixing CHECK (mixing IN ('any', 'one_owner', 'one_product', 'one_lot')),
    CONSTRAINT place_inside CHECK (inside_id IS NULL OR kind IN ('pallet', 'tote', 'box', 'parcel')),
    CONSTRAINT place_virtual CHECK (pickable = FALSE OR kind IN ('bin', 'pallet', 'tote', 'box')),
    CONSTRAINT place_not_inside_itself CHECK (inside_id <> id)
);
CREATE INDEX place_inside_idx ON place (inside_id) WHERE inside_id IS NOT NULL;
CREATE INDEX place_walk ON place (warehouse_id, purpose, sequence) WHERE kind = 'bin';
