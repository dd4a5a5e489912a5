CREATE TABLE children (
    id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id     integer NOT NULL
                  REFERENCES users ON DELETE CASCADE,
    name          text NOT NULL,
    date_of_birth date NOT NULL
);
CREATE INDEX children_parent_id_idx ON children (parent_id);
