-- Times of day are milliseconds since 1970 in UTC, lap times milliseconds.

CREATE TABLE server (
    id INTEGER PRIMARY KEY,
    -- As the server calls itself; its address if it does not.
    name TEXT NOT NULL UNIQUE,
    -- Where it was heard last.
    address TEXT NOT NULL
) STRICT;

CREATE TABLE driver (
    id INTEGER PRIMARY KEY,
    guid TEXT NOT NULL UNIQUE
) STRICT;

-- The newest name is the one that was seen last.
CREATE TABLE driver_name (
    driver_id INTEGER NOT NULL REFERENCES driver ON DELETE CASCADE,
    name TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (driver_id, name)
) STRICT, WITHOUT ROWID;

-- Only sessions in which something happened.
CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    server_id INTEGER NOT NULL REFERENCES server,
    session_index INTEGER NOT NULL,
    session_type TEXT NOT NULL,
    name TEXT NOT NULL,
    track TEXT NOT NULL,
    layout TEXT NOT NULL,
    -- NULL where the server does not tell.
    started INTEGER,
    -- The newest lap or contact.
    heard INTEGER NOT NULL,
    ended INTEGER,
    -- In the format of acServer's own result files.
    result TEXT
) STRICT;

CREATE INDEX session_by_server ON session (server_id, session_index, started);

-- Where lap times can be compared.
CREATE TABLE combination (
    id INTEGER PRIMARY KEY,
    track TEXT NOT NULL,
    layout TEXT NOT NULL,
    car_model TEXT NOT NULL,
    UNIQUE (track, layout, car_model)
) STRICT;

CREATE TABLE lap (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    -- NULL for a driver without a GUID, and until it is known.
    driver_id INTEGER REFERENCES driver ON DELETE CASCADE,
    -- NULL until the car or the track is known.
    combination_id INTEGER REFERENCES combination,
    car_id INTEGER NOT NULL,
    -- Of the driver in this car and session, from 1.
    number INTEGER NOT NULL,
    lap_time INTEGER NOT NULL,
    cuts INTEGER NOT NULL,
    is_valid INTEGER NOT NULL,
    -- A JSON array of times; NULL where they are not known.
    sectors TEXT,
    tyre TEXT NOT NULL,
    completed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX lap_by_car ON lap (session_id, car_id, completed_at);
CREATE INDEX lap_by_driver ON lap (driver_id, completed_at);
CREATE INDEX record ON lap (combination_id, lap_time) WHERE is_valid AND driver_id IS NOT NULL;
CREATE INDEX driver_best ON lap (driver_id, combination_id, lap_time) WHERE is_valid;

CREATE TABLE collision (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    car_id INTEGER NOT NULL,
    driver_id INTEGER REFERENCES driver ON DELETE CASCADE,
    -- NULL is the environment.
    other_car_id INTEGER,
    other_driver_id INTEGER REFERENCES driver ON DELETE SET NULL,
    -- km/h
    impact_speed REAL,
    happened_at INTEGER NOT NULL
) STRICT;

CREATE INDEX collision_by_session ON collision (session_id, car_id, happened_at);
CREATE INDEX collision_by_driver ON collision (driver_id);
CREATE INDEX collision_by_other_driver ON collision (other_driver_id);

CREATE TABLE standing (
    session_id INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    -- In the order of the result.
    place INTEGER NOT NULL,
    -- NULL for who has none: without a lap, or whose car was taken by another driver.
    position INTEGER,
    car_id INTEGER NOT NULL,
    driver_id INTEGER REFERENCES driver ON DELETE SET NULL,
    -- In that session. Empty for a person who was forgotten.
    driver_name TEXT NOT NULL,
    car_model TEXT NOT NULL,
    laps INTEGER NOT NULL,
    best_lap INTEGER,
    total_time INTEGER,
    completed INTEGER NOT NULL,
    -- Behind the winner: one of the two, or none.
    gap_ms INTEGER,
    gap_laps INTEGER,
    PRIMARY KEY (session_id, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX standing_by_driver ON standing (driver_id);
