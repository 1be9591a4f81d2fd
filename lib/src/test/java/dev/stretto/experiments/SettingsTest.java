package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private enum Order {
    UP,
    DOWN
  }

  private record Knobs(
      int batches,
      long seed,
      double share,
      boolean shuffle,
      String name,
      Order order,
      Path folder,
      List<Integer> buckets,
      List<Double> gaps) {
    Knobs {
      if (batches < 1) {
        throw new IllegalArgumentException("batches must be at least 1, not " + batches);
      }
    }
  }

  private static final Knobs DEFAULTS =
      new Knobs(20, 7, .5, true, "a", Order.UP, Path.of("x"), List.of(2, 5), List.of(.01));

  @Test
  void everyTypeIsOverriddenAndReadsBackFromItsResolvedText() {
    Knobs changed =
        Settings.of(
            DEFAULTS,
            "batches=400, seed=-3,share=1e-3,shuffle=false,name=b c,order=down,folder=/tmp/y,"
                + "buckets=10:20:30,gaps=");
    Knobs expected =
        new Knobs(
            400,
            -3,
            1e-3,
            false,
            "b c",
            Order.DOWN,
            Path.of("/tmp/y"),
            List.of(10, 20, 30),
            List.of());
    assertEquals(expected, changed);
    assertEquals(expected, Settings.of(DEFAULTS, Settings.resolved(changed)));
    assertEquals(DEFAULTS, Settings.of(DEFAULTS, ""));
  }

  @Test
  void anUnknownKeyABadValueAndARefusedValueAreSentencesWithTheKeys() {
    assertTrue(
        message("batch=4")
            .startsWith("no setting is called 'batch'; the settings are batches (int), "));
    assertTrue(
        message("batches=4.5").startsWith("setting batches cannot be '4.5'; the settings are "));
    assertTrue(message("shuffle=yes").startsWith("setting shuffle cannot be 'yes'; "));
    assertTrue(message("order=sideways").contains("order (UP|DOWN)"));
    assertTrue(message("buckets=1:x").contains("buckets (list of Integer)"));
    assertTrue(message("batches").startsWith("setting 'batches' is not of the form key=value; "));
    assertEquals(
        "these settings are refused: batches must be at least 1, not 0", message("batches=0"));
  }

  @Test
  void aRecordDeclaredInAJShellCellWorks() {
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      assertEquals(
          "\"Mine[batches=9, seed=7]\"",
          last(
              shell,
              "record Mine(int batches, long seed) {}",
              "String.valueOf(dev.stretto.experiments.Settings.of(new Mine(1, 7), \"batches=9\"))"));
    }
  }

  private static String last(JShell shell, String... cells) {
    String value = "";
    for (String cell : cells) {
      for (SnippetEvent event : shell.eval(cell)) {
        assertEquals(Snippet.Status.VALID, event.status(), cell);
        value = event.value();
      }
    }
    return value;
  }

  private static String message(String overrides) {
    return assertThrows(IllegalArgumentException.class, () -> Settings.of(DEFAULTS, overrides))
        .getMessage();
  }
}
