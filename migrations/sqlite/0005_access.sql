CREATE TABLE app_user (
    id BLOB NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT,
    badge_code TEXT,
    pin_hash TEXT,
    owner_id BLOB REFERENCES owner (id),
    language TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT app_user_login_unique UNIQUE (login),
    CONSTRAINT app_user_badge_unique UNIQUE (badge_code),
    CONSTRAINT app_user_language CHECK (language IN ('ru', 'en'))
) STRICT;
CREATE TABLE user_role (
    user_id BLOB NOT NULL REFERENCES app_user (id),
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, role),
    CONSTRAINT user_role_known CHECK (role IN ('administrator', 'receiver', 'picker', 'packer', 'dispatcher', 'accountant', 'shop_owner'))
) STRICT;
CREATE TABLE user_session (
    id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES app_user (id),
    token_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT user_session_token_unique UNIQUE (token_hash)
) STRICT;
CREATE INDEX user_session_user ON user_session (user_id);
CREATE INDEX user_session_expiry ON user_session (expires_at);
CREATE TABLE device (
    id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL REFERENCES warehouse (id),
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    printer_id BLOB REFERENCES printer (id),
    -- Where it is used: its labels come out there.
    zone_id BLOB REFERENCES zone (id),
    enrolled_at INTEGER NOT NULL,
    enrolled_by BLOB,
    PRIMARY KEY (id),
    CONSTRAINT device_token_unique UNIQUE (token_hash),
    CONSTRAINT device_name_unique UNIQUE (warehouse_id, name)
) STRICT;
CREATE TABLE api_key (
    id BLOB NOT NULL,
    owner_id BLOB NOT NULL REFERENCES owner (id),
    name TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT api_key_token_unique UNIQUE (token_hash)
) STRICT;
CREATE INDEX api_key_owner ON api_key (owner_id);
-- The one-time link of the first start, or of an administrator's invitation.
CREATE TABLE setup_link (
    token_hash BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES app_user (id),
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (token_hash)
) STRICT;
CREATE TABLE login_attempt (
    subject TEXT NOT NULL,
    failures INTEGER NOT NULL,
    locked_until INTEGER,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (subject),
    CONSTRAINT login_attempt_failures CHECK (failures >= 0)
) STRICT;
