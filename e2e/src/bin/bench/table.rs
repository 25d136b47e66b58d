//! Figures in rows and columns, as Markdown: readable in a terminal and in the documentation.

/// A table with a title.
pub struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows yet.
    pub fn new(title: &str, columns: &[&str]) -> Self {
        let head = columns.iter().map(|column| (*column).to_owned()).collect();
        Self { title: title.to_owned(), rows: vec![head] }
    }

    /// Adds a row with as many cells as there are columns.
    pub fn row(&mut self, cells: &[String]) {
        self.rows.push(cells.to_vec());
    }

    /// Markdown, with columns of even width. The first column is text, the others are figures.
    pub fn markdown(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default().max(3)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |cells: &[String]| {
            let pad = |(column, cell): (usize, &String)| match column {
                0 => format!("{cell:<width$}", width = widths[column]),
                _ => format!("{cell:>width$}", width = widths[column]),
            };
            format!("| {} |\n", cells.iter().enumerate().map(pad).collect::<Vec<_>>().join(" | "))
        };
        let rule = |(column, width): (usize, &usize)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width - 1)),
        };
        let rules: Vec<String> = widths.iter().enumerate().map(rule).collect();
        let head = self.rows.first().map(|row| line(row)).unwrap_or_default();
        let body: String = self.rows.iter().skip(1).map(|row| line(row)).collect();
        format!("### {}\n\n{head}{}{body}", self.title, line(&rules))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_to_the_right_and_columns_are_even() {
        let mut table = Table::new("Speed", &["", "s"]);
        table.row(&["ours".to_owned(), "12.5".to_owned()]);
        let expected = "### Speed\n\n|      |    s |\n| ---- | ---: |\n| ours | 12.5 |\n";
        assert_eq!(table.markdown(), expected);
    }
}
