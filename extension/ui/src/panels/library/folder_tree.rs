//! Virtual folders as a tree. Pure: it only puts in order what the daemon tells.

use protocol::FolderId;
use protocol::shelf::Folder;

/// Between the folders of a path.
const BETWEEN: &str = " / ";

/// The folders with how deep they are, each followed by those inside it, as they are shown.
pub fn in_order(folders: &[Folder]) -> Vec<(usize, &Folder)> {
    let mut ordered = Vec::with_capacity(folders.len());
    add_inside(folders, None, 0, &mut ordered);
    ordered
}

fn add_inside<'a>(
    folders: &'a [Folder],
    parent: Option<FolderId>,
    depth: usize,
    ordered: &mut Vec<(usize, &'a Folder)>,
) {
    for folder in folders.iter().filter(|folder| folder.parent == parent) {
        ordered.push((depth, folder));
        add_inside(folders, Some(folder.id), depth + 1, ordered);
    }
}

/// The names from the top down to `id`; `None` for a folder that is not there.
pub fn path(folders: &[Folder], id: FolderId) -> Option<String> {
    let mut folder = find(folders, id)?;
    let mut path = folder.name.clone();
    // No longer than there are folders, whatever is told of who is in whom.
    for _ in folders {
        let Some(parent) = folder.parent.and_then(|parent| find(folders, parent)) else { break };
        path = [&parent.name, BETWEEN, &path].concat();
        folder = parent;
    }
    Some(path)
}

/// The folder with this id.
pub fn find(folders: &[Folder], id: FolderId) -> Option<&Folder> {
    folders.iter().find(|folder| folder.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(id: i64, parent: Option<i64>, name: &str) -> Folder {
        Folder { id: FolderId(id), parent: parent.map(FolderId), name: name.into(), items: 0 }
    }

    fn sample() -> Vec<Folder> {
        vec![
            folder(1, None, "Live"),
            folder(2, None, "Sets"),
            folder(3, Some(1), "Lisbon"),
            folder(4, Some(2), "Winter"),
            folder(5, Some(3), "Encore"),
        ]
    }

    #[test]
    fn what_is_inside_follows_what_it_is_in() {
        let folders = sample();
        let shown: Vec<_> = in_order(&folders).iter().map(|(d, f)| (*d, f.name.as_str())).collect();
        assert_eq!(shown, [(0, "Live"), (1, "Lisbon"), (2, "Encore"), (0, "Sets"), (1, "Winter")]);
    }

    #[test]
    fn a_path_goes_from_the_top_down() {
        assert_eq!(path(&sample(), FolderId(5)).as_deref(), Some("Live / Lisbon / Encore"));
        assert_eq!(path(&sample(), FolderId(9)), None);
    }

    #[test]
    fn folders_that_are_in_each_other_end_somewhere() {
        let folders = [folder(1, Some(2), "a"), folder(2, Some(1), "b")];
        assert!(path(&folders, FolderId(1)).is_some());
        assert!(in_order(&folders).is_empty());
    }
}
