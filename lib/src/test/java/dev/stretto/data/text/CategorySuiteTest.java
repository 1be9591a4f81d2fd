package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.text.CategorySuite.Category;
import dev.stretto.data.text.CategorySuite.Split;
import dev.stretto.data.text.TaskCorpus.Example;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CategorySuiteTest {
  private static final CategorySuite SUITE = CategorySuite.standard();

  @Test
  void everyCategoryHasExamplesThatItsCheckerAccepts() {
    for (Category category : Category.values()) {
      for (Split split : Split.values()) {
        List<Example> examples = SUITE.examples(category, split, 40);
        assertEquals(40, examples.stream().map(Example::prompt).distinct().count());
        assertEquals(examples.subList(0, 5), SUITE.examples(category, split, 5));
        for (Example e : examples) {
          assertTrue(e.prompt().length() <= 384 && e.text().length() <= 511, e.prompt());
          assertTrue(e.prompt().startsWith("[") && e.text().matches("[\n -~]+"), e.prompt());
          SUITE
              .check(category, e.prompt(), e.answer())
              .ifPresent(v -> assertTrue(v.valid(), e + " " + v));
          SUITE
              .check(category, e.prompt(), e.answer() + "x")
              .ifPresent(v -> assertFalse(v.valid(), e.prompt()));
        }
      }
    }
  }

  @Test
  void onlyCodeHasNoRightAnswer() {
    long open =
        SUITE.examples(Category.MULTI_TURN, Split.TEST, 40).stream()
            .filter(e -> SUITE.check(Category.MULTI_TURN, e.prompt(), e.answer()).isEmpty())
            .count();
    assertTrue(open > 5 && open < 35, "code prompts of 40: " + open);
    assertThrows(
        IllegalArgumentException.class, () -> SUITE.check(Category.MATH, "[qa] 1+1=", "2"));
  }

  @Test
  void noTestPromptIsInTheTrainingText() {
    int[] text = SUITE.trainingText(100_000);
    assertEquals(SUITE.end(), text[text.length - 1]);
    String decoded = CharTokenizer.printable().decode(text);
    Set<String> tags = new HashSet<>();
    for (Category category : Category.values()) {
      for (Example e : SUITE.examples(category, Split.TEST, 30)) {
        assertFalse(decoded.contains(e.prompt()), e.prompt());
        tags.add(e.prompt().substring(0, e.prompt().indexOf(']') + 1));
      }
    }
    assertEquals(6, tags.size());
    tags.forEach(tag -> assertTrue(decoded.contains(tag), tag));
    long texts = Arrays.stream(text).filter(id -> id == SUITE.end()).count();
    assertTrue(texts > 300, texts + " texts");
  }
}
