//! axe-core, a program written by others, looks at a page for what keeps people from using it.
//! Source: <https://github.com/dequelabs/axe-core/blob/develop/doc/API.md>.

use crate::checkout;
use crate::gallery::settled;
use crate::page::{Page, Scheme};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::fmt;

/// What it finds and how bad that is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Violation {
    /// The rule's name, such as `color-contrast`.
    pub rule: String,
    /// What the rule asks for.
    pub help: String,
    /// Where to start: a selector and what is wrong there, for each element.
    pub elements: Vec<String>,
}

/// Looks at pages and remembers what was wrong.
pub struct Inspector {
    script: String,
    found: Vec<String>,
    seen: usize,
}

impl Inspector {
    /// One that has seen nothing.
    ///
    /// # Errors
    /// When axe-core was not fetched.
    pub fn new() -> Result<Self> {
        let script = std::fs::read_to_string(checkout::axe_core()?)?;
        Ok(Self { script, found: Vec::new(), seen: 0 })
    }

    /// Looks at `page` as it is now, in light and dark. `what` names it in the report.
    ///
    /// # Errors
    /// When the page is gone, or axe-core does not work there.
    pub async fn look(&mut self, page: &Page, what: &str) -> Result<()> {
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.prefer(scheme).await?;
            settled(page).await.with_context(|| what.to_owned())?;
            for violation in self.run(page).await.with_context(|| what.to_owned())? {
                self.found.push(format!("{what}, {scheme:?}: {violation}"));
            }
            self.seen += 1;
        }
        Ok(())
    }

    async fn run(&self, page: &Page) -> Result<Vec<Violation>> {
        let there: bool = page.session.evaluate("typeof window.axe === 'object'").await?;
        if !there {
            let script = format!("{}\n;null", self.script);
            page.session.evaluate::<Option<()>>(&script).await.context("axe-core")?;
        }
        let script = "axe.run(document, {resultTypes: ['violations']}).then((result) => ({
            passes: result.passes.length,
            violations: result.violations
                .filter((one) => one.impact === 'serious' || one.impact === 'critical')
                .map((one) => ({
                    rule: `${one.id} (${one.impact})`,
                    help: one.help,
                    elements: one.nodes.map((node) =>
                        `${node.target.join(' ')} ${node.html.slice(0, 160)} ${node.failureSummary}`),
                })),
        }))";
        let answer: Answer = page.session.evaluate(script).await?;
        ensure!(answer.passes > 0, "axe-core looked at nothing");
        Ok(answer.violations)
    }

    /// The end.
    ///
    /// # Errors
    /// When something serious was found, with all of it, or nothing was looked at.
    pub fn judge(self) -> Result<()> {
        ensure!(self.seen > 0, "nothing was looked at");
        if !self.found.is_empty() {
            bail!(
                "{} findings on {} looks:\n{}",
                self.found.len(),
                self.seen,
                self.found.join("\n")
            );
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Answer {
    passes: usize,
    violations: Vec<Violation>,
}

impl fmt::Display for Violation {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}: {}", self.rule, self.help)?;
        self.elements.iter().try_for_each(|element| write!(to, "\n    {element}"))
    }
}
