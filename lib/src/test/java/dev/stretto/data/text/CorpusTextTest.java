package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.tensor.SeedTree;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Stored models learned from these texts, so every byte of them stays. */
class CorpusTextTest {
  private static final String CODE =
      """
      class Box {
        // a comment
        public int size() { return size; }
        /* another */ private static void put(int item) {
          int total = 0;
          for (int i = 0; i < item; i++) {
            total += i * i + item;
          }
          System.out.println("total " + total);
        }
        protected final String name(String first, String second) {
          String joined = first + "-" + second;
          return joined.isEmpty() ? "nobody" : joined;
        }
      }
      """;

  private static String digest(TaskCorpus task) throws NoSuchAlgorithmException {
    String text =
        task.examples(SeedTree.of(3).child("TRAIN"))
            .limit(500)
            .map(e -> e.prompt() + "\0" + e.answer() + "\0")
            .collect(Collectors.joining());
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    return HexFormat.of().formatHex(hash, 0, 8);
  }

  @Test
  void everyTaskDrawsTheTextsThatStoredModelsLearned() throws NoSuchAlgorithmException {
    Map<TaskCorpus, String> expected = new LinkedHashMap<>();
    expected.put(new Addition(3, 6, true), "1c0ce0eab7e2ad30");
    expected.put(new Addition(1, 9, false), "52ec6437d2608a7a");
    expected.put(new Brackets(3, 8, 4), "2b9c104da7250705");
    expected.put(new Dialogue(), "e8d9f24bd444045b");
    expected.put(new DigitSorting(5), "81e5d40c54004653");
    expected.put(new FactQuestions(3), "3113f10349c95c69");
    expected.put(new JsonRecords(), "4a6d3be7e6d9f754");
    expected.put(MethodNames.of(MethodNames.bare(CODE)), "3116846a9ce96e4a");
    expected.put(new Passages(), "da55e57bc7199498");
    expected.put(new RecordSentences(), "01e112196f4916d4");
    expected.put(new TinyJava(false), "49df6ad5d7f01d78");
    expected.put(new TinyJava(true), "cf7a9da516c532ab");
    expected.put(new ToyTranslation(3), "a2b4be54e70be9be");
    Map<String, String> found = new LinkedHashMap<>();
    Map<String, String> right = new LinkedHashMap<>();
    for (Map.Entry<TaskCorpus, String> task : expected.entrySet()) {
      String name = task.getKey().getClass().getSimpleName() + found.size();
      found.put(name, digest(task.getKey()));
      right.put(name, task.getValue());
    }
    assertEquals(right.toString(), found.toString());
  }
}
