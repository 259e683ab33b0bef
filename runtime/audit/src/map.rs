//! A map: which column of existing tables is which name of a protocol.

mod read;
mod write;

pub use read::read;

/// Version of the format.
pub const FORMAT: &str = "trialect-map/1";

/// A map as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Name of the protocol it was written for, and its line.
    pub protocol: Option<(String, usize)>,
    /// The format whose names these are added to, and the line.
    pub extends: Option<(String, usize)>,
    /// The tables are those of Trialect's own sessions: a column of the same name is the name.
    pub own: bool,
    /// A session begins where the value of this column changes, besides at the beginning of a file.
    pub session: Option<String>,
    /// Rows that count.
    pub filters: Vec<Filter>,
    /// Cells that stand for a missing value, besides empty ones and NaN.
    pub missing: Vec<String>,
    /// The level of the verdict on all tests together, 0 .. 1.
    pub level: f64,
    /// Files in the order of the sessions, with values that hold for each.
    pub files: Vec<File>,
    /// Names with where their values come from.
    pub bindings: Vec<Binding>,
}

/// Level of the verdict on all tests together where a map says nothing.
const LEVEL: f64 = 0.01;

impl Default for Map {
    fn default() -> Map {
        Map {
            protocol: None,
            extends: None,
            own: false,
            session: None,
            filters: Vec::new(),
            missing: Vec::new(),
            level: LEVEL,
            files: Vec::new(),
            bindings: Vec::new(),
        }
    }
}

/// A file of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Where, from the folder of the map; none where the command line says it.
    pub path: Option<String>,
    /// Names with the value that holds in all rows of the file.
    pub values: Vec<Binding>,
    /// Line of the map.
    pub line: usize,
}

/// Rows that count have one of these values in a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// The values.
    pub is: Vec<String>,
    /// Line of the map.
    pub line: usize,
}

/// A name of the protocol and where its values come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Line of the map.
    pub line: usize,
    /// Where from.
    pub source: Source,
    /// What cells mean: `"1" = "left"`.
    pub values: Vec<(String, String)>,
    /// Unit of the cells; none is that in which the name is recorded.
    pub unit: Option<String>,
    /// A cell times `scale` plus `offset` is the value.
    pub scale: f64,
    /// See `scale`.
    pub offset: f64,
    /// Cells that stand for a missing value of this name.
    pub missing: Vec<String>,
    /// Largest difference that is due to rounding in the file, in the unit of the cells.
    pub rounded: f64,
}

impl Binding {
    /// A name whose values are what the cells say, in its own unit.
    pub(crate) fn plain(name: &str, line: usize, source: Source) -> Binding {
        Binding {
            name: name.into(),
            line,
            source,
            values: Vec::new(),
            unit: None,
            scale: 1.0,
            offset: 0.0,
            missing: Vec::new(),
            rounded: 0.0,
        }
    }
}

/// Where values come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A column.
    Column(String),
    /// The first of several columns that has a value.
    First(Vec<String>),
    /// The member whose column has a value: value, column.
    Which(Vec<(String, String)>),
    /// Whether the value of a column differs from that of the row before; true in a session's first row.
    Changes(String),
    /// A column of JSON arrays of arrays, every random number in order: the item of the n-th array that begins like a
    /// pattern. Counted from the end when negative.
    Drawn {
        /// The column.
        column: String,
        /// What the array begins with, as in [`crate::listed`].
        among: Vec<serde_json::Value>,
        /// Which of them, from 0.
        nth: i64,
        /// Which item of it, from 0.
        item: i64,
    },
    /// A column of JSON: the item at the end of a path of places, from 0, from the end when negative.
    Inside {
        /// The column.
        column: String,
        /// Places, the outermost array's first.
        path: Vec<i64>,
    },
    /// A value that holds in all rows.
    Constant(String),
}

impl Source {
    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Source::Column(column)
            | Source::Changes(column)
            | Source::Drawn { column, .. }
            | Source::Inside { column, .. } => vec![column],
            Source::First(columns) => columns.iter().map(String::as_str).collect(),
            Source::Which(list) => list.iter().map(|(_, column)| column.as_str()).collect(),
            Source::Constant(_) => Vec::new(),
        }
    }
}
