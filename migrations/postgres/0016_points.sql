-- Where carriers hand parcels out and take them in, as they describe it.
CREATE TABLE delivery_point (
    carrier TEXT COLLATE "C" NOT NULL,
    -- The carrier's own.
    code TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C" NOT NULL,
    city TEXT COLLATE "C" NOT NULL,
    -- What a city is searched by: small letters, no ё, no word for "city".
    city_key TEXT COLLATE "C" NOT NULL,
    postcode TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    -- Millionths of a degree, WGS 84.
    latitude_udeg BIGINT,
    longitude_udeg BIGINT,
    hours TEXT COLLATE "C" NOT NULL,
    phone TEXT COLLATE "C" NOT NULL,
    hint TEXT COLLATE "C" NOT NULL,
    -- None: not limited.
    weight_max_g BIGINT,
    side_long_max_mm BIGINT,
    side_middle_max_mm BIGINT,
    side_short_max_mm BIGINT,
    longest_max_mm BIGINT,
    sum_of_sides_max_mm BIGINT,
    volume_max_cm3 BIGINT,
    cod_max_kopecks BIGINT,
    cash TEXT COLLATE "C" NOT NULL,
    card TEXT COLLATE "C" NOT NULL,
    partial_buy_out TEXT COLLATE "C" NOT NULL,
    hands_out TEXT COLLATE "C" NOT NULL,
    takes_in TEXT COLLATE "C" NOT NULL,
    -- The carrier itself says so.
    is_closed BOOLEAN NOT NULL,
    -- Of all that the carrier says: what has the same is not written again.
    content_hash BYTEA NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    -- The carrier says that it is closed, or does not name it any more.
    closed_at TIMESTAMPTZ,
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
);
CREATE INDEX delivery_point_closed_when ON delivery_point (carrier, closed_at) WHERE closed_at IS NOT NULL;
-- How far the points of a carrier are known.
CREATE TABLE point_source (
    carrier TEXT COLLATE "C" NOT NULL,
    -- Counts imports that changed something: whoever holds the points in memory reads them again.
    version BIGINT NOT NULL,
    -- Something was written since the version was counted.
    is_dirty BOOLEAN NOT NULL,
    -- The import that is under way, and until when it is believed to be.
    run_id UUID,
    lease_until TIMESTAMPTZ,
    -- When the next regular refresh is queued.
    due_at TIMESTAMPTZ NOT NULL,
    points BIGINT NOT NULL,
    finished_at TIMESTAMPTZ,
    -- Why the last import failed: a code, and what its sentence speaks of.
    problem JSONB,
    failed_at TIMESTAMPTZ,
    PRIMARY KEY (carrier),
    CONSTRAINT point_source_run CHECK ((run_id IS NULL) = (lease_until IS NULL)),
    CONSTRAINT point_source_points CHECK (points >= 0)
);
