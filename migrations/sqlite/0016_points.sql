-- Where carriers hand parcels out and take them in, as they describe it.
CREATE TABLE delivery_point (
    carrier TEXT NOT NULL,
    -- The carrier's own.
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    city TEXT NOT NULL,
    -- What a city is searched by: small letters, no ё, no word for "city".
    city_key TEXT NOT NULL,
    postcode TEXT NOT NULL,
    address TEXT NOT NULL,
    -- Millionths of a degree, WGS 84.
    latitude_udeg INTEGER,
    longitude_udeg INTEGER,
    hours TEXT NOT NULL,
    phone TEXT NOT NULL,
    hint TEXT NOT NULL,
    -- None: not limited.
    weight_max_g INTEGER,
    side_long_max_mm INTEGER,
    side_middle_max_mm INTEGER,
    side_short_max_mm INTEGER,
    longest_max_mm INTEGER,
    sum_of_sides_max_mm INTEGER,
    volume_max_cm3 INTEGER,
    cod_max_kopecks INTEGER,
    cash TEXT NOT NULL,
    card TEXT NOT NULL,
    partial_buy_out TEXT NOT NULL,
    hands_out TEXT NOT NULL,
    takes_in TEXT NOT NULL,
    -- The carrier itself says so.
    is_closed INTEGER NOT NULL CHECK (is_closed IN (0, 1)),
    -- Of all that the carrier says: what has the same is not written again.
    content_hash BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    -- The carrier says that it is closed, or does not name it any more.
    closed_at INTEGER,
    PRIMARY KEY (carrier, code),
    CONSTRAINT delivery_point_kind CHECK (kind IN ('office', 'locker', 'post_office', 'terminal', 'till')),
    CONSTRAINT delivery_point_latitude CHECK (latitude_udeg BETWEEN -90000000 AND 90000000),
    CONSTRAINT delivery_point_longitude CHECK (longitude_udeg BETWEEN -180000000 AND 180000000),
    CONSTRAINT delivery_point_place CHECK ((latitude_udeg IS NULL) = (longitude_udeg IS NULL)),
    CONSTRAINT delivery_point_cash CHECK (cash IN ('yes', 'no', 'unknown')),
    CONSTRAINT delivery_point_card CHECK (card IN ('yes', 'no', 'unknown')),
    CONSTRAINT delivery_point_partial CHECK (partial_buy_out IN ('yes', 'no', 'unknown')),
    CONSTRAINT delivery_point_hands_out CHECK (hands_out IN ('yes', 'no', 'unknown')),
    CONSTRAINT delivery_point_takes_in CHECK (takes_in IN ('yes', 'no', 'unknown')),
    CONSTRAINT delivery_point_closed CHECK (NOT is_closed OR closed_at IS NOT NULL)
) STRICT;
CREATE INDEX delivery_point_closed_when ON delivery_point (carrier, closed_at) WHERE closed_at IS NOT NULL;
-- How far the points of a carrier are known.
CREATE TABLE point_source (
    carrier TEXT NOT NULL,
    -- Counts imports that changed something: whoever holds the points in memory reads them again.
    version INTEGER NOT NULL,
    -- Something was written since the version was counted.
    is_dirty INTEGER NOT NULL CHECK (is_dirty IN (0, 1)),
    -- The import that is under way, and until when it is believed to be.
    run_id BLOB,
    lease_until INTEGER,
    -- When the next regular refresh is queued.
    due_at INTEGER NOT NULL,
    points INTEGER NOT NULL,
    finished_at INTEGER,
    -- Why the last import failed: a code, and what its sentence speaks of.
    problem TEXT,
    failed_at INTEGER,
    PRIMARY KEY (carrier),
    CONSTRAINT point_source_run CHECK ((run_id IS NULL) = (lease_until IS NULL)),
    CONSTRAINT point_source_points CHECK (points >= 0)
) STRICT;
