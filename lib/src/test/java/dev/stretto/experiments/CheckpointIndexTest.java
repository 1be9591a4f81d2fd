package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.Safetensors;
import dev.stretto.models.Trainable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The stored models of the checkout, their index and their recipes belong together. */
class CheckpointIndexTest {
  private static final Path FOLDER = Path.of("../datasets/checkpoints");

  @Test
  void everyFileHasARowAndEveryRowItsFile() throws IOException {
    Set<String> rows = new TreeSet<>();
    for (CheckpointIndex.Row row : CheckpointIndex.read(FOLDER)) {
      assertTrue(rows.add(row.file()), row.file() + " has two rows");
      assertEquals(Files.size(FOLDER.resolve(row.file())), row.bytes(), row.file());
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      Set<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> !name.equals("index.tsv") && !name.equals("README.md"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(names, rows);
    }
  }

  @Test
  void everyRowsKeyFollowsFromADeclaredRecipeAndItsFileLoads() {
    Map<String, List<Recipe<?, ?, ?>>> recipes =
        DeclaredRecipes.all().stream()
            .filter(Recipe::stored)
            .collect(Collectors.groupingBy(recipe -> recipe.id(recipe.seed()).name()));
    Artefacts store =
        new Artefacts("00-test", Preset.QUICK, Map.of(), Path.of(""), CheckpointIndexTest::refuse);
    for (CheckpointIndex.Row row : CheckpointIndex.read(FOLDER)) {
      List<Recipe<?, ?, ?>> named = recipes.getOrDefault(row.recipe(), List.of());
      List<String> keys = named.stream().map(recipe -> recipe.key(row.seed())).toList();
      assertTrue(keys.contains(row.key()), row.file() + ": its recipe has the keys " + keys);
      Recipe<?, ?, ?> recipe = named.get(keys.indexOf(row.key()));
      Trainable model = (Trainable) recipe.get(store, row.seed());
      try (Safetensors file = Safetensors.open(FOLDER.resolve(row.file()))) {
        String name = model.parameters().all().keySet().iterator().next();
        assertTrue(file.entries().containsKey(name), row.file());
      }
    }
    store.close();
  }

  private static void refuse(String text) {
    throw new AssertionError(text);
  }

  @Test
  void theStoredModelsAreSmallerThan60Megabytes() {
    long bytes = CheckpointIndex.read(FOLDER).stream().mapToLong(CheckpointIndex.Row::bytes).sum();
    assertTrue(bytes > 0 && bytes < 60_000_000, bytes + " bytes");
  }
}
