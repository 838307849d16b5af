CREATE TABLE app_user (
    id UUID NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    badge_code TEXT COLLATE "C",
    pin_hash TEXT COLLATE "C",
    owner_id UUID REFERENCES owner (id),
    language TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT app_user_login_unique UNIQUE (login),
    CONSTRAINT app_user_badge_unique UNIQUE (badge_code),
    CONSTRAINT app_user_language CHECK (language IN ('ru', 'en'))
);
CREATE TABLE user_role (
    user_id UUID NOT NULL REFERENCES app_user (id),
    role TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, role),
    CONSTRAINT user_role_known CHECK (role IN ('administrator', 'receiver', 'picker', 'packer', 'dispatcher', 'accountant', 'shop_owner'))
);
CREATE TABLE user_session (
    id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES app_user (id),
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT user_session_token_unique UNIQUE (token_hash)
);
CREATE INDEX user_session_user ON user_session (user_id);
CREATE INDEX user_session_expiry ON user_session (expires_at);
CREATE TABLE device (
    id UUID NOT NULL,
    warehouse_id UUID NOT NULL REFERENCES warehouse (id),
    name TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL,
    active BOOLEAN NOT NULL,
    printer_id UUID REFERENCES printer (id),
    -- Where it is used: its labels come out there.
    zone_id UUID REFERENCES zone (id),
    enrolled_at TIMESTAMPTZ NOT NULL,
    enrolled_by UUID,
    PRIMARY KEY (id),
    CONSTRAINT device_token_unique UNIQUE (token_hash),
    CONSTRAINT device_name_unique UNIQUE (warehouse_id, name)
);
CREATE TABLE api_key (
    id UUID NOT NULL,
    owner_id UUID NOT NULL REFERENCES owner (id),
    name TEXT COLLATE "C" NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    PRIMARY KEY (id),
    CONSTRAINT api_key_token_unique UNIQUE (token_hash)
);
CREATE INDEX api_key_owner ON api_key (owner_id);
-- The one-time link of the first start, or of an administrator's invitation.
CREATE TABLE setup_link (
    token_hash BYTEA NOT NULL,
    user_id UUID NOT NULL REFERENCES app_user (id),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (token_hash)
);
CREATE TABLE login_attempt (
    subject TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    locked_until TIMESTAMPTZ,
    last_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject),
    CONSTRAINT login_attempt_failures CHECK (failures >= 0)
);
