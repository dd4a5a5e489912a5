use serde_json::json;

use super::*;

fn compose() -> Compose {
    let (engine, version) = ("28.2.2".to_owned(), "2.36.0".to_owned());
    Compose { words: &["docker", "compose"], engine, version, root: "/".into() }
}

#[test]
fn each_refusal_of_a_start_has_its_cure() {
    for (said, cure) in [
        (
            "ERROR: for postgres  Cannot start service postgres: driver failed programming external \
             connectivity on endpoint d1_postgres_1: Error starting userland proxy: listen tcp4 \
             127.0.0.1:5433: bind: address already in use\nEncountered errors while bringing up the project.",
            "127.0.0.1:5434:5432",
        ),
        (
            "Error response from daemon: driver failed programming external connectivity on endpoint \
             x: Bind for 127.0.0.1:5433 failed: port is already allocated",
            "127.0.0.1:5434:5432",
        ),
        (
            "Error response from daemon: Get \"https://registry.example/v2/\": dial tcp: lookup \
             registry.example: no such host",
            "docker compose pull postgres",
        ),
        (
            "Error response from daemon: pull access denied for pgvector/nowhere, repository does not exist",
            "docker compose pull postgres",
        ),
        (
            "permission denied while trying to connect to the Docker daemon socket at \
             unix:///var/run/docker.sock",
            "usermod --append --groups docker",
        ),
        ("yaml: line 7: mapping values are not allowed in this context", "docker compose up"),
        ("", "docker compose up"),
    ] {
        let sentence = compose().no_start(said);
        assert!(sentence.contains(cure), "{said}\n{sentence}");
    }
}

#[test]
fn an_address_is_what_the_engine_has_of_it() {
    let found = |ports: Value, env: Value| {
        container(&json!([{
            "Id": "abc",
            "State": {"Running": true, "StartedAt": "now", "Health": {"Status": "healthy"}},
            "Config": {"Env": env},
            "NetworkSettings": {"Ports": ports},
        }]))
        .unwrap()
    };
    let everywhere = json!({"5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "5499"}]});
    let all = json!(["POSTGRES_USER=ada", "POSTGRES_PASSWORD=a=b", "POSTGRES_DB=my db"]);
    let address = compose().address(&found(everywhere.clone(), all)).unwrap();
    assert_eq!(
        address.url(),
        "postgres://ada:a%3Db@127.0.0.1:5499/my%20db?sslmode=disable",
        "{address}"
    );
    // The image's own defaults: the database is named as the user.
    let address = compose().address(&found(everywhere, json!(["POSTGRES_USER=ada"]))).unwrap();
    assert_eq!(address.to_string(), "127.0.0.1:5499/ada");
    let elsewhere = json!({"5432/tcp": [{"HostIp": "10.1.2.3", "HostPort": "5432"}]});
    let address = compose().address(&found(elsewhere, json!([]))).unwrap();
    assert_eq!(address.to_string(), "10.1.2.3:5432/postgres");
    let error = compose().address(&found(json!({"5432/tcp": null}), json!([]))).unwrap_err();
    assert!(error.to_string().contains("ports: [\"127.0.0.1:5433:5432\"]"), "{error}");
}
