//! What goes out: a [`View`] in, one text out.
//!
//! A command makes a view without knowing the format; a format takes any view without knowing the command. One file a
//! format below; a new one is a file, a word in [`Format`] and an arm in [`render`].

use std::fmt;

use serde::Serialize;
use serde_json::Value;

mod comment;
mod csv;
mod document;
mod html;
mod json;
mod markdown;
mod svg;
mod table;
mod yaml;

pub use csv::{line as csv_line, write as sheet};
pub(crate) use html::policy_hash;
pub use json::SCHEMA;

/// What a command has to say.
pub trait View {
    /// The records of the machine-readable formats, in order.
    fn records(&self) -> Vec<Value>;

    /// Further fields of the envelope around the records in json and yaml.
    fn envelope(&self) -> serde_json::Map<String, Value> {
        serde_json::Map::new()
    }

    /// The records as rows of a sheet: csv, tsv and markdown.
    fn grid(&self) -> Grid;

    /// The page for people.
    fn page(&self) -> Page;

    /// The picture of layers and columns, where one makes sense.
    fn picture(&self) -> Option<Picture> {
        None
    }

    /// The comment that Markdown makes of it instead of its rows, where it is made to be one.
    fn comment(&self) -> Option<Comment> {
        None
    }

    /// The document that Markdown makes of it, where it is not its rows.
    fn document(&self) -> Option<Document> {
        None
    }
}

/// What is said beneath a proposed change: a table, and lists that are folded away. However much there is to say, it is no
/// longer than a comment may be.
#[derive(Clone, Debug, Default)]
pub struct Comment {
    /// What it comes to.
    pub title: String,
    /// The table.
    pub table: Table,
    /// What is said of the table where it is too long to stand open.
    pub table_title: String,
    /// What to know before relying on it, a line each.
    pub remarks: Vec<String>,
    /// What is to be done.
    pub tasks: TaskList,
    /// What stands beneath, a paragraph each.
    pub foot: Vec<String>,
    /// Where to find what there is no room for.
    pub rest: String,
}

/// Things to be done, folded away beneath what they come to.
#[derive(Clone, Debug, Default)]
pub struct TaskList {
    /// What is said of them while they are folded.
    pub summary: String,
    /// What is to be done, place by place.
    pub groups: Vec<TaskGroup>,
}

/// Things to be done in one place.
#[derive(Clone, Debug, Default)]
pub struct TaskGroup {
    /// Where, and whose they are.
    pub label: String,
    /// What to know of them, such as that no page says so of this service.
    pub remark: String,
    /// The pages that say so together: titles and addresses.
    pub sources: Vec<(String, String)>,
    /// What is to be done.
    pub tasks: Vec<String>,
}

/// A table, and a section with the details of each of its rows.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it shows.
    pub title: String,
    /// What to know before reading it, a paragraph each.
    pub remarks: Vec<String>,
    /// The table; what the first cell of a row says is the id of its section.
    pub table: Table,
    /// What stands beneath the table, a paragraph each.
    pub foot: Vec<String>,
    /// The details.
    pub sections: Vec<Section>,
    /// Whether Markdown folds the details away until they are asked for.
    pub is_folded: bool,
}

/// The details of a row of a document's table.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What it says, by what it says it of.
    pub entries: Vec<Entry>,
}

/// What a section says of some columns.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The columns.
    pub of: String,
    /// What is true of them.
    pub word: Cell,
    /// A label and a text each.
    pub facts: Vec<(String, String)>,
    /// The pages: title, address, date.
    pub sources: Vec<(String, String, String)>,
}

/// The diagram that everyone knows: layers down, from data to facilities, and columns of parties; or anything else that is
/// true of rows and columns.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// What stands beneath, such as the date of the catalogue.
    pub foot: String,
    /// What a page sums up at its top: a label and a text each.
    pub summary: Vec<(&'static str, String)>,
    /// What to know before reading it: what was read, not matched, left open, hidden. Lines that begin with spaces belong to
    /// the one above them.
    pub remarks: Vec<String>,
    /// What the words of the cells are, such as "Party".
    pub words: &'static str,
    /// What the addresses of the cells are, such as "Sources".
    pub pages: &'static str,
    /// What an empty cell means.
    pub empty: &'static str,
    /// What the columns are, such as "services".
    pub columns_are: &'static str,
    /// What the rows are, such as "layers".
    pub rows_are: &'static str,
    /// The columns.
    pub columns: Vec<PictureColumn>,
    /// The rows, top to bottom.
    pub rows: Vec<PictureRow>,
}

/// A service, mode or category of a picture.
#[derive(Clone, Debug, Default)]
pub struct PictureColumn {
    /// Its id, as people type it.
    pub label: String,
    /// Its label in two lines: the service, and the mode with its `@`.
    pub heading: (String, String),
    /// Its name in full.
    pub name: String,
    /// How many things of an inventory it stands for.
    pub resources: Option<u64>,
    /// What must be known wherever it is read, such as its end.
    pub flag: Option<String>,
    /// What it is, a paragraph each.
    pub about: Vec<String>,
}

/// A layer of a picture.
#[derive(Clone, Debug, Default)]
pub struct PictureRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub label: String,
    /// The group that it belongs to, as a title.
    pub group: &'static str,
    /// What it is.
    pub about: String,
    /// What holds in every column: who, and what.
    pub always: Vec<(String, String)>,
    /// Whether all columns say the same, so that it stands back.
    pub is_same: bool,
    /// What is true of columns, each once.
    pub answers: Vec<PictureCell>,
    /// The place of its answer, one a column; none where a filter left it out.
    pub cells: Vec<Option<usize>>,
}

impl PictureRow {
    /// Adds a column. Equal answers are kept once.
    pub fn push(&mut self, cell: Option<PictureCell>) {
        let place = cell.map(|cell| {
            self.answers.iter().position(|known| *known == cell).unwrap_or_else(|| {
                self.answers.push(cell);
                self.answers.len() - 1
            })
        });
        self.cells.push(place);
    }

    /// What is true of the column at `place`.
    #[must_use]
    pub fn cell(&self, place: usize) -> Option<&PictureCell> {
        self.cells.get(place).copied().flatten().and_then(|answer| self.answers.get(answer))
    }
}

/// Who holds a layer of a column, and everything about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureCell {
    /// What is true, as a word.
    pub word: String,
    /// What the word means.
    pub means: &'static str,
    /// How the word looks.
    pub tone: Tone,
    /// Whether the customer has a part in it.
    pub is_mine: bool,
    /// Whether no page says it of this very thing.
    pub is_derived: bool,
    /// Whether an overlay says it.
    pub is_overlaid: bool,
    /// The customer's team.
    pub team: Option<String>,
    /// Who must do what.
    pub duties: Vec<(String, String)>,
    /// Rule, basis, controls, note: a label and a text each.
    pub facts: Vec<(&'static str, String)>,
    /// The pages: title, address, date.
    pub sources: Vec<(String, String, String)>,
}

/// Rows under named columns. The columns of a command never move.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The names of the columns.
    pub columns: Vec<&'static str>,
    /// The rows; each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A page for people, from top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading line.
    Heading(String),
    /// Running text, wrapped at words.
    Text(String),
    /// Running text that stands back.
    Aside(String),
    /// A label and what belongs to it, one line each, wrapped with a hanging indent.
    Facts(Vec<(String, String)>),
    /// A table.
    Table(Table),
    /// Rows without a header, in columns as wide as they need; the last cell of a row is cut at the edge.
    Listing(Vec<ListingRow>),
}

/// A row of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListingRow {
    /// An empty line.
    Blank,
    /// Running text, wrapped at words.
    Text(Cell),
    /// Cells; the last one is cut at the edge.
    Cells(Vec<Cell>),
    /// A label, and text that is wrapped beside it.
    Wrapped(Cell, String),
}

impl ListingRow {
    /// The lines that the row takes at a width.
    #[must_use]
    pub fn height(&self, width: usize) -> usize {
        table::listing_height(self, u16::try_from(width).unwrap_or(u16::MAX))
    }
}

/// A table of a page.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The titles of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub enum Row {
    /// A title between rows.
    Group(String),
    /// Cells, as many as the table has columns.
    Cells(Vec<Cell>),
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// How it looks; what it says never depends on that.
    pub tone: Tone,
}

impl Cell {
    /// A cell in the given tone.
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A cell in plain type.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// How a cell looks on a terminal with colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it comes.
    #[default]
    Plain,
    /// Bold.
    Strong,
    /// Standing back.
    Faint,
    /// AWS's.
    Aws,
    /// The customer's.
    Customer,
    /// Both sides'.
    Shared,
    /// A third party's.
    ThirdParty,
    /// Something is wrong.
    Bad,
    /// Nobody knows.
    Open,
    /// All is well, as far as it was looked at.
    Good,
}

/// The output formats, by the words of `--output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table for people, fitted to the terminal
    Table,
    /// One JSON document: an envelope with the records in `results`
    Json,
    /// One JSON record per line
    #[value(alias = "jsonl")]
    Ndjson,
    /// The same as json, in YAML
    #[value(alias = "yml")]
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values without a header: what a pipe gets
    Tsv,
    /// A Markdown table
    #[value(alias = "md")]
    Markdown,
    /// One self-contained page: the matrix with filters, duties and sources (show, categories, matrix, controls, gaps)
    Html,
    /// The diagram as a picture (show, categories, matrix, controls, gaps)
    Svg,
}

/// What there is to write on.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// The width in columns.
    pub width: u16,
    /// Whether colour is wanted.
    pub colour: bool,
    /// Whether line-drawing characters will show.
    pub unicode: bool,
}

/// What a text says of its own making.
#[derive(Clone, Debug, Default)]
pub struct Imprint {
    /// The date of the catalogue.
    pub catalogue: String,
    /// The title of a page or picture, where another one is wanted.
    pub title: Option<String>,
    /// The day on which a page is made.
    pub made: Option<String>,
}

/// The view in the given format.
///
/// # Errors
///
/// If a record cannot be written in the format, or the format is a picture and the view has none.
pub fn render(view: &dyn View, format: Format, canvas: Canvas, imprint: &Imprint) -> anyhow::Result<String> {
    Ok(match format {
        Format::Table => table::draw(&view.page(), canvas),
        Format::Json => json::document(&view.records(), view.envelope(), &imprint.catalogue)?,
        Format::Ndjson => json::lines(&view.records())?,
        Format::Yaml => yaml::document(&view.records(), view.envelope(), &imprint.catalogue)?,
        Format::Csv => csv::write(&view.grid())?,
        Format::Tsv => csv::tabs(&view.grid()),
        Format::Markdown => match (view.comment(), view.document()) {
            (Some(comment), _) => comment::write(&comment),
            (None, Some(document)) => document::markdown(&document),
            (None, None) => markdown::write(&view.grid()),
        },
        Format::Html | Format::Svg => {
            let Some(mut picture) = view.picture() else {
                anyhow::bail!("this command has no {format} output; show, categories, matrix, controls and gaps do")
            };
            if let Some(title) = &imprint.title {
                picture.title.clone_from(title);
            }
            if format == Format::Svg { svg::document(&picture) } else { html::page(&picture, imprint) }
        }
    })
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use clap::ValueEnum;
        f.write_str(self.to_possible_value().as_ref().map_or("", |value| value.get_name()))
    }
}

/// Typed records as the values that every machine-readable format writes.
///
/// # Panics
///
/// Never: records are plain data with text for keys.
pub fn values(records: impl IntoIterator<Item: Serialize>) -> Vec<Value> {
    let value = |record| serde_json::to_value(record).expect("a record is plain data");
    records.into_iter().map(value).collect()
}
