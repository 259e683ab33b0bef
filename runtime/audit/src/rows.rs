//! Rows of a table as the words of the bound names: a block of rows is decoded name by name, so that what a name needs
//! to be read is looked up once and not for each cell.

use crate::bind::{Bindings, Bound};
use crate::decode::Said;
use crate::fault::AuditFault;
use crate::listed::{drawn, inside};
use crate::map::Source;
use crate::table::{Batch, Cells, Table};
use std::path::{Path, PathBuf};

/// Some rows that count, row by row.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Of each row: its number in the file, from 1, and whether a session begins with it.
    pub(crate) rows: Vec<(u64, bool)>,
    said: Vec<Said>,
    names: usize,
}

impl Rows {
    /// What a row says, by bound name.
    pub(crate) fn said(&self, row: usize) -> &[Said] {
        &self.said[row * self.names..][..self.names]
    }
}

/// A table with its names, read block by block.
pub(crate) struct Reader {
    path: PathBuf,
    table: Box<dyn Table>,
    bindings: Bindings,
    /// Rows of the file so far.
    row: u64,
    /// Whether a row has counted yet.
    begun: bool,
    /// The cell of the row before, in the column that says when a session begins.
    session: Cell,
}

impl Reader {
    pub(crate) fn new(path: &Path, table: Box<dyn Table>, bindings: Bindings) -> Reader {
        Reader { path: path.into(), table, bindings, row: 0, begun: false, session: Cell::default() }
    }

    /// The next rows; none when there are no more.
    ///
    /// # Errors
    /// The table cannot be read, or a cell is no value of its name.
    pub(crate) fn next(&mut self) -> Result<Option<Rows>, AuditFault> {
        let Some(batch) = self.table.next()? else { return Ok(None) };
        let before = self.row;
        self.row += batch.rows as u64;
        let places: Vec<usize> = (0..batch.rows).filter(|row| self.bindings.counts(&batch, *row)).collect();
        let mut rows = Rows { names: self.bindings.bound.len(), ..Rows::default() };
        for place in &places {
            let changes =
                self.bindings.session.is_some_and(|column| self.session.changes(&batch.columns[column], *place));
            rows.rows.push((before + *place as u64 + 1, changes || !self.begun));
            self.begun = true;
        }
        rows.said.resize(places.len() * rows.names, Said::Missing);
        let begins: Vec<bool> = rows.rows.iter().map(|(_, begins)| *begins).collect();
        let mut wrong: Option<(usize, usize)> = None;
        for (name, bound) in self.bindings.bound.iter_mut().enumerate() {
            let block = Block { batch: &batch, places: &places, begins: &begins };
            if let Err(row) = bound.words(&block, &mut rows.said[..], (name, rows.names)) {
                wrong = Some(wrong.map_or((row, name), |before| before.min((row, name))));
            }
        }
        match wrong {
            Some((row, name)) => Err(self.wrong(&batch, places[row], name, rows.rows[row].0)),
            None => Ok(Some(rows)),
        }
    }

    /// A cell that is no value of its name.
    fn wrong(&self, batch: &Batch, place: usize, name: usize, row: u64) -> AuditFault {
        let bound = &self.bindings.bound[name];
        let constant = match &bound.source {
            Source::Constant(text) => vec![text.clone()],
            _ => Vec::new(),
        };
        let cells = bound.places.iter().map(|column| text_of(&batch.columns[*column], place)).chain(constant);
        AuditFault::Cell {
            path: self.path.display().to_string(),
            row,
            column: bound.source.columns().join("`, `"),
            cell: cells.collect::<Vec<_>>().join(", "),
            wanted: format!("`{}`, which is {}", bound.name, bound.decoder.expected()),
        }
    }
}

/// Rows of a batch that count.
struct Block<'b> {
    batch: &'b Batch,
    places: &'b [usize],
    begins: &'b [bool],
}

impl Bindings {
    /// Whether a row counts.
    fn counts(&self, batch: &Batch, row: usize) -> bool {
        self.filters.iter().all(|(place, values)| {
            let cell = text_of(&batch.columns[*place], row);
            values.iter().any(|value| *value == cell || number(value).is_some_and(|x| number(&cell) == Some(x)))
        })
    }
}

impl Bound {
    /// Writes the words of a block's rows, each in its place: row after row, `names` a row. The first row with a cell
    /// that is no value is the error.
    fn words(&mut self, block: &Block<'_>, said: &mut [Said], (name, names): (usize, usize)) -> Result<(), usize> {
        let columns: Vec<&Cells> = self.places.iter().map(|place| &block.batch.columns[*place]).collect();
        let mut write = |of: &mut dyn FnMut(usize, usize) -> Option<Said>| {
            for (row, place) in block.places.iter().enumerate() {
                said[row * names + name] = of(row, *place).ok_or(row)?;
            }
            Ok(())
        };
        let (decoder, before) = (&self.decoder, &mut self.before);
        match &self.source {
            Source::Column(_) => match columns[0] {
                Cells::Numbers(numbers) => write(&mut |_, place| decoder.number(numbers[place])),
                Cells::Texts(texts) => {
                    let mut last: (&str, Option<Said>) = ("", decoder.text(""));
                    write(&mut |_, place| {
                        let text = texts.get(place);
                        if text != last.0 {
                            last = (text, decoder.text(text));
                        }
                        last.1
                    })
                }
            },
            Source::Constant(_) => write(&mut |_, _| self.constant),
            Source::First(_) => write(&mut |_, place| {
                let cell = |cells: &&Cells| match cells {
                    Cells::Numbers(numbers) => decoder.number(numbers[place]),
                    Cells::Texts(texts) => decoder.text(texts.get(place)),
                };
                columns.iter().map(cell).find(|said| *said != Some(Said::Missing)).unwrap_or(Some(Said::Missing))
            }),
            Source::Which(list) => {
                let members: Vec<Option<Said>> = list.iter().map(|(value, _)| decoder.text(value)).collect();
                write(&mut |_, place| {
                    let mut there = columns.iter().enumerate().filter(|(_, cells)| !is_missing(cells, place));
                    match (there.next(), there.next()) {
                        (Some((k, _)), None) => members[k],
                        (None, _) => Some(Said::Missing),
                        _ => None,
                    }
                })
            }
            Source::Changes(_) => write(&mut |row, place| {
                let changes = before.changes(columns[0], place);
                Some(Said::Word(u64::from(changes || block.begins[row])))
            }),
            Source::Drawn { among, nth, item, .. } => {
                write(&mut |_, place| match drawn(&text_of(columns[0], place), among, *nth, *item) {
                    Some(text) => decoder.text(&text),
                    None => Some(Said::Missing),
                })
            }
            Source::Inside { path, .. } => write(&mut |_, place| match inside(&text_of(columns[0], place), path) {
                Some(text) => decoder.text(&text),
                None => Some(Said::Missing),
            }),
        }
    }
}

/// A cell that is kept to see whether the next one differs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Cell {
    /// None yet.
    #[default]
    None,
    /// A number; all NaN are one.
    Number(Option<f64>),
    /// A text.
    Text(String),
}

impl Cell {
    /// Whether there was a cell and this is another; it is kept.
    fn changes(&mut self, cells: &Cells, row: usize) -> bool {
        match (cells, &mut *self) {
            (Cells::Texts(texts), Cell::Text(before)) => {
                let changes = before != texts.get(row);
                if changes {
                    texts.get(row).clone_into(before);
                }
                changes
            }
            (cells, before) => {
                let now = match cells {
                    Cells::Numbers(numbers) => Cell::Number(Some(numbers[row]).filter(|x| !x.is_nan())),
                    Cells::Texts(texts) => Cell::Text(texts.get(row).to_owned()),
                };
                let changes = *before != Cell::None && *before != now;
                *before = now;
                changes
            }
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn text_of(cells: &Cells, row: usize) -> String {
    match cells {
        Cells::Numbers(numbers) if numbers[row].is_nan() => String::new(),
        Cells::Numbers(numbers) => numbers[row].to_string(),
        Cells::Texts(texts) => texts.get(row).to_owned(),
    }
}

fn is_missing(cells: &Cells, row: usize) -> bool {
    match cells {
        Cells::Numbers(numbers) => numbers[row].is_nan(),
        Cells::Texts(texts) => texts.get(row).is_empty() || texts.get(row).eq_ignore_ascii_case("nan"),
    }
}
