//! A plan, as `EXPLAIN (FORMAT JSON)` tells it.

use serde_json::Value;

/// The plan of a statement.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its topmost node.
    pub root: Node,
    /// Whether the statement ran, so that rows were counted.
    pub measured: bool,
    /// How long the server took to plan it, in milliseconds.
    pub planning: Option<f64>,
    /// How long it ran, in milliseconds.
    pub execution: Option<f64>,
}

/// A node of a plan.
#[derive(Debug, Clone)]
pub struct Node {
    /// `Seq Scan`, `Index Only Scan`, `Sort`, …
    pub kind: String,
    /// The table that it reads.
    pub table: Option<String>,
    /// The index that it uses.
    pub index: Option<String>,
    /// The rows that it returned and those that it threw away, in all its loops; 0 if not measured.
    pub rows: f64,
    /// Everything that the server says of it.
    pub details: Value,
    /// The nodes that it gets its rows from.
    pub children: Vec<Node>,
}

impl Plan {
    /// Reads what the server returned. `None` if that is no plan.
    pub fn read(text: &str) -> Option<Plan> {
        let json: Value = serde_json::from_str(text).ok()?;
        let whole = json.get(0)?;
        let root = whole.get("Plan")?;
        Some(Plan {
            root: node(root),
            measured: !root["Actual Rows"].is_null(),
            planning: whole["Planning Time"].as_f64(),
            execution: whole["Execution Time"].as_f64(),
        })
    }

    /// All nodes, each before those that it gets its rows from.
    pub fn nodes(&self) -> Vec<&Node> {
        let mut nodes = vec![&self.root];
        let mut next = 0;
        while let Some(node) = nodes.get(next).copied() {
            next += 1;
            nodes.splice(next..next, &node.children);
        }
        nodes
    }
}

fn node(json: &Value) -> Node {
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    let number = |key: &str| json[key].as_f64().unwrap_or(0.0);
    let removed = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
    let mut details = json.clone();
    let children = details.as_object_mut().and_then(|object| object.remove("Plans"));
    let children = children.as_ref().and_then(Value::as_array).map(Vec::as_slice);
    Node {
        kind: text("Node Type").unwrap_or_default(),
        table: text("Relation Name"),
        index: text("Index Name"),
        rows: (number("Actual Rows") + removed) * number("Actual Loops"),
        children: children.unwrap_or_default().iter().map(node).collect(),
        details,
    }
}

impl Node {
    /// A text or a number of its details, as the server wrote it.
    pub fn detail(&self, key: &str) -> Option<String> {
        match &self.details[key] {
            Value::String(text) => Some(text.clone()),
            Value::Array(items) => {
                Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
            }
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// A number of its details; 0 where there is none.
    pub fn number(&self, key: &str) -> f64 {
        self.details[key].as_f64().unwrap_or(0.0)
    }

    /// What it does and to what, in the words of EXPLAIN: `Hash Left Join`, `Index Scan using
    /// users_pkey on users u`.
    pub fn title(&self) -> String {
        let text = |key: &str| self.details[key].as_str().unwrap_or_default();
        let (kind, join) = (self.kind.as_str(), text("Join Type"));
        let mut title = match (kind, text("Strategy"), text("Operation")) {
            ("Aggregate", "Sorted", _) => "GroupAggregate".to_owned(),
            ("Aggregate", "Hashed", _) => "HashAggregate".to_owned(),
            ("Aggregate", "Mixed", _) => "MixedAggregate".to_owned(),
            ("ModifyTable", _, operation) => operation.to_owned(),
            ("SetOp", _, _) => format!("SetOp {}", text("Command")),
            ("Nested Loop", ..) if !["", "Inner"].contains(&join) => {
                format!("Nested Loop {join} Join")
            }
            _ if !["", "Inner"].contains(&join) => {
                format!("{} {join} Join", kind.trim_end_matches(" Join"))
            }
            _ => kind.to_owned(),
        };
        if text("Scan Direction") == "Backward" {
            title.push_str(" Backward");
        }
        if let Some(index) = &self.index {
            let word = if self.table.is_some() { "using" } else { "on" };
            title.push_str(&format!(" {word} {index}"));
        }
        let source = ["Relation Name", "CTE Name", "Function Name", "Tuplestore Name"];
        if let Some(source) = source.iter().map(|key| text(key)).find(|name| !name.is_empty()) {
            title.push_str(&format!(" on {source}"));
            let alias = text("Alias");
            if !alias.is_empty() && alias != source {
                title.push_str(&format!(" {alias}"));
            }
        } else if kind == "Subquery Scan" {
            title.push_str(&format!(" on {}", text("Alias")));
        }
        match text("Subplan Name") {
            "" => title,
            name => format!("{name}: {title}"),
        }
    }
}
