package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The catalogue, the folders of papers, their pages and the notebooks' sections agree. */
class PaperPagesTest {
  private static final Path ROOT =
      Path.of(System.getProperty("maven.multiModuleProjectDirectory", ".."));
  private static final Path PAPERS = ROOT.resolve("lib/src/main/java/dev/stretto/papers");

  @Test
  void eachBuiltPaperHasAFolderWithAPageThatSaysWhatItIs() throws IOException {
    for (Paper paper : built()) {
      Path page = folder(paper).resolve("package-info.java");
      assertTrue(Files.exists(page), page + " is missing");
      String text = Files.readString(page).replaceAll("\\s*\\n \\* ?", " ");
      assertTrue(text.contains(paper.arxiv()), page + " does not name " + paper.arxiv());
      assertTrue(text.contains(paper.title()), page + " does not have the title " + paper.title());
      var notebook = Pattern.compile("notebooks/([\\w-]+\\.ipynb)").matcher(text);
      assertTrue(notebook.find(), page + " names no notebook");
      String cells = Files.readString(ROOT.resolve("notebooks/" + notebook.group(1)));
      assertTrue(
          Pattern.compile("\"# [^\"]*\\b" + paper.id()).matcher(cells).find(),
          notebook.group(1) + " has no section on " + paper.id());
    }
  }

  @Test
  void eachFolderIsABuiltPapersOrSharedByAFamily() throws IOException {
    List<String> folders =
        built().stream().map(paper -> folder(paper).getFileName().toString()).toList();
    try (Stream<Path> there = Files.list(PAPERS)) {
      for (Path folder : there.toList()) {
        String name = folder.getFileName().toString();
        assertTrue(
            folders.contains(name) || name.equals("speculation"),
            "no built paper is called " + name);
      }
    }
    assertFalse(folders.isEmpty());
  }

  private static List<Paper> built() {
    return Papers.all().stream().filter(p -> p.status() != Paper.Status.PLANNED).toList();
  }

  private static Path folder(Paper paper) {
    return PAPERS.resolve(paper.id().replace("-", ""));
  }
}
