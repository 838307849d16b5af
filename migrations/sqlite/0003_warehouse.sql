CREATE TABLE warehouse (
    id BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Where a parcel's label has to be scanned back before the parcel may leave.
    scan_back TEXT NOT NULL DEFAULT 'off',
    PRIMARY KEY (id),
    CONSTRAINT warehouse_code_unique UNIQUE (code),
    CONSTRAINT warehouse_scan_back CHECK (scan_back IN ('off', 'loading', 'packing'))
) STRICT;
CREATE TABLE zone (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT zone_code_unique UNIQUE (warehouse_id, code)
) STRICT;
-- Where stock can be: bins, handling units that stand in a bin or in each other, and the virtual
-- places outside, so that stock never appears or vanishes but moves.
CREATE TABLE place (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    -- Stock here can be promised to orders.
    pickable INTEGER NOT NULL CHECK (pickable IN (0, 1)),
    locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
    -- Bins only.
    zone_id BLOB REFERENCES zone (id),
    aisle TEXT,
    purpose TEXT,
    sequence INTEGER,
    volume_max_cm3 INTEGER,
    weight_max_g INTEGER,
    mixing TEXT,
    -- Handling units only: the bin or the unit that holds it.
    inside_id BLOB REFERENCES place (id),
    created_at INTEGER NOT NULL,
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
) STRICT;
CREATE INDEX place_inside_idx ON place (inside_id) WHERE inside_id IS NOT NULL;
CREATE INDEX place_walk ON place (warehouse_id, purpose, sequence) WHERE kind = 'bin';
