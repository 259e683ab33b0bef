//! A page of documentation, whatever it is shown as.

/// What a module offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// `library`, the first word of its text.
    pub kind: String,
    /// `std.adaptive`
    pub name: String,
    /// `1.0.0`
    pub version: String,
    /// What it is for.
    pub description: Option<String>,
    /// Every protocol knows it without a `use`.
    pub is_always_there: bool,
    /// It has names that a `use` brings.
    pub is_used: bool,
    /// Modules that it uses itself.
    pub uses: Vec<String>,
    /// What it declares, by kind.
    pub sections: Vec<Section>,
    /// What it is taken from.
    pub citations: Vec<Citation>,
    /// A protocol that uses it.
    pub example: Option<String>,
}

/// A source, with the remark beside it in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// `doi:10.1121/1.1912375`
    pub reference: String,
    /// `Levitt 1971`; may be empty.
    pub remark: String,
}

/// All declarations of one kind: small ones in a table, large ones with entries of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// `Policies`
    pub title: &'static str,
    /// One declaration in each row.
    pub table: Option<Table>,
    /// One declaration each.
    pub entries: Vec<Entry>,
}

/// A policy, a part, a device class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `staircase`
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// The comment above it in the text; may be empty.
    pub notes: String,
    /// How a protocol writes it.
    pub usage: Option<String>,
    /// Its members.
    pub tables: Vec<Table>,
}

/// Titles of columns; they tell kinds of things apart.
pub type Columns = &'static [&'static str];

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The first is that of the names; the descriptions have none.
    pub columns: Columns,
    /// In the order of the text.
    pub rows: Vec<Row>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, with its keys.
    pub name: String,
    /// One for each further column, as it is written in the text; may be empty.
    pub cells: Vec<String>,
    /// What it is.
    pub description: Option<String>,
}

impl Table {
    /// Things of several kinds, those of each kind in one table, in the given order of the kinds.
    pub(super) fn by_kind(order: &[Columns], things: Vec<(Columns, Row)>) -> Vec<Table> {
        let table = |columns: &Columns| {
            let rows = things.iter().filter(|(kind, _)| kind == columns).map(|(_, row)| row.clone());
            Table { columns, rows: rows.collect() }
        };
        order.iter().map(table).filter(|table| !table.rows.is_empty()).collect()
    }
}

impl Page {
    /// Names without a description, each with what it stands in: `staircase.down`.
    pub fn undescribed(&self) -> Vec<String> {
        let mut list = Vec::new();
        if self.description.is_none() {
            list.push(self.name.clone());
        }
        for section in &self.sections {
            for row in section.table.iter().flat_map(|table| &table.rows).filter(|row| row.description.is_none()) {
                list.push(format!("{}.{}", self.name, row.name));
            }
            for entry in &section.entries {
                if entry.description.is_none() {
                    list.push(format!("{}.{}", self.name, entry.name));
                }
                for row in entry.tables.iter().flat_map(|table| &table.rows).filter(|row| row.description.is_none()) {
                    list.push(format!("{}.{}.{}", self.name, entry.name, row.name));
                }
            }
        }
        list
    }
}
