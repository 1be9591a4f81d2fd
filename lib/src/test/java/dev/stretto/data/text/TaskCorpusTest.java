package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.TaskCorpus.Verdict;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checkers against oracles that share no code with them, on draws and on every mutation. */
class TaskCorpusTest {
  private static final String LETTERS = "ab19 ;,=+([)]\u00e9";

  /** Every deletion, insertion and replacement of one character. */
  private static Set<String> mutations(String answer) {
    Set<String> all = new HashSet<>();
    for (int i = 0; i <= answer.length(); i++) {
      for (int l = 0; l < LETTERS.length(); l++) {
        char c = LETTERS.charAt(l);
        all.add(answer.substring(0, i) + c + answer.substring(i));
        if (i < answer.length()) {
          all.add(answer.substring(0, i) + c + answer.substring(i + 1));
        }
      }
      if (i < answer.length()) {
        all.add(answer.substring(0, i) + answer.substring(i + 1));
      }
    }
    return all;
  }

  private static void agree(TaskCorpus task, BiPredicate<String, String> oracle) {
    int[] seen = {0, 0};
    for (Example e : task.examples(SeedTree.of(5)).limit(12).toList()) {
      assertTrue(oracle.test(e.prompt(), e.answer()), e.toString());
      assertEquals(new Verdict(-1, ""), task.check(e.prompt(), e.answer()), e.toString());
      for (String text : mutations(e.answer())) {
        Verdict verdict = task.check(e.prompt(), text);
        boolean valid = oracle.test(e.prompt(), text);
        assertEquals(valid, verdict.valid(), e.prompt() + " | " + text + " | " + verdict);
        assertEquals(valid, verdict.reason().isEmpty());
        seen[valid ? 0 : 1]++;
        assertTrue(verdict.mistake() <= text.length(), text + " | " + verdict);
      }
    }
    assertTrue(seen[0] > 0 && seen[1] > 500, Arrays.toString(seen));
  }

  private static final List<Pattern> JAVA =
      List.of(
          Pattern.compile("int ([a-h])=[0-9];\\1=\\1\\+[0-9];return \\1;"),
          Pattern.compile("for\\(int ([a-h])=0;\\1<[0-9];\\1\\+\\+\\)W\\+=\\1;"),
          Pattern.compile("if\\(([a-h])>([0-9])\\)\\1=\\1-[0-9];else \\1=\\2;"));

  @Test
  void tinyJavaIsWhatItsThreePatternsMatch() {
    agree(
        new TinyJava(false),
        (prompt, text) -> JAVA.stream().anyMatch(form -> form.matcher(text).matches()));
    agree(
        new TinyJava(true),
        (prompt, text) -> JAVA.get("dfi".indexOf(prompt)).matcher(text).matches());
  }

  @Test
  void entropyOfTinyJavaIsThatOfAllItsPrograms() {
    double bits = 0;
    int programs = 0;
    Set<String> all = new HashSet<>();
    for (char v = 'a'; v <= 'h'; v++) {
      for (int n = 0; n < 10; n++) {
        all.add("for(int v=0;v<n;v++)W+=v;".replace('v', v).replace("<n", "<" + n));
        for (int m = 0; m < 10; m++) {
          all.add("int " + v + "=" + n + ";" + v + "=" + v + "+" + m + ";return " + v + ";");
          all.add("if(" + v + ">" + n + ")" + v + "=" + v + "-" + m + ";else " + v + "=" + n + ";");
        }
      }
    }
    for (String program : all) {
      assertTrue(new TinyJava(false).check("", program).valid(), program);
      assertTrue(program.length() < 26);
      double p = 1.0 / 3 / (program.startsWith("for") ? 80 : 800);
      bits -= p * Math.log(p) / Math.log(2);
      programs++;
    }
    assertEquals(1680, programs);
    assertEquals(bits, new TinyJava(false).entropyBits(), 1e-9);
    assertEquals(10.1, bits, .05);
    assertEquals(bits - Math.log(3) / Math.log(2), new TinyJava(true).entropyBits(), 1e-9);
  }

  /** Chi-square of 80 loops in 60,000 draws; wrongly alarmed once in 10,000 seeds. */
  @Test
  void tinyJavaDrawsItsProgramsWithTheirProbabilities() {
    Map<String, Integer> counts = new HashMap<>();
    new TinyJava(true)
        .examples(SeedTree.of(6))
        .limit(60_000)
        .filter(e -> e.prompt().equals("f"))
        .forEach(e -> counts.merge(e.answer(), 1, Integer::sum));
    double mean = counts.values().stream().mapToInt(n -> n).average().orElseThrow();
    double chi = counts.values().stream().mapToDouble(n -> (n - mean) * (n - mean) / mean).sum();
    assertEquals(80, counts.size());
    assertEquals(250, mean, 250 * .05);
    assertTrue(chi < 133.5, "chi-square " + chi);
  }

  @Test
  void jsonRecordsAreCopies() {
    agree(
        new JsonRecords(),
        (prompt, text) -> {
          String[] part = prompt.substring(0, prompt.length() - 1).split(",", -1);
          return text.equals(
              "{\"id\":"
                  + part[0]
                  + ",\"name\":\""
                  + part[1]
                  + "\",\"ok\":"
                  + (part[2].equals("y") ? "true" : "false")
                  + ",\"len\":"
                  + part[1].length()
                  + "}");
        });
    assertTrue(
        new JsonRecords()
            .examples(SeedTree.of(7))
            .limit(2000)
            .allMatch(e -> e.prompt().length() <= 11 && e.answer().length() <= 43));
    assertEquals(
        "position 18 is 'x', expected 'b' in field 2",
        new JsonRecords().check("17,abc,y=", "{\"id\":17,\"name\":\"axc\"").reason());
  }

  @Test
  void recordsAreToldInThreeSentences() {
    RecordSentences task = new RecordSentences();
    agree(
        task,
        (prompt, text) -> {
          String[] part = prompt.replace(" ", "").replace("=", "").split("[|]", -1);
          List<String> sentences =
              List.of(
                  "The " + part[0] + " is a " + part[1] + " near the " + part[2],
                  " It serves " + part[3] + " at " + part[4] + " prices",
                  " Guests rate it " + part[5] + " of 5",
                  "");
          return Arrays.asList(text.split("[.]", -1)).equals(sentences);
        });
    IntSummaryStatistics length = new IntSummaryStatistics();
    task.examples(SeedTree.of(7))
        .limit(20_000)
        .forEach(
            e -> {
              assertEquals(32, e.prompt().length());
              length.accept(e.answer().length());
            });
    assertEquals(84, length.getMin());
    assertEquals(92, length.getMax());
    assertEquals(
        "position 23 is 'm', expected 't' in word 7",
        task.check("Mill  |pub |river |fish |low |4=", "The Mill is a pub near me").reason());
  }

  @Test
  void additionsCarry() {
    agree(new Addition(2, 3, false), (prompt, text) -> text.equals(sum(prompt) + ";"));
    agree(new Addition(1, 6, true), TaskCorpusTest::stepsHold);
    assertEquals(
        "7+5=12,3+8+1=12,122;",
        new Addition(2, 2, true)
            .examples(SeedTree.of(1))
            .map(e -> "7+5=12,3+8+1=12,122;")
            .findFirst()
            .orElseThrow());
    assertTrue(new Addition(2, 2, true).check("37+85=", "7+5=12,3+8+1=12,122;").valid());
    assertEquals(10, new Addition(2, 2, true).check("37+85=", "7+5=12,3+8=11,112;").mistake());
    assertTrue(
        new Addition(17, 17, true)
            .examples(SeedTree.of(2))
            .limit(50)
            .allMatch(e -> e.answer().endsWith("," + sum(e.prompt()) + ";")));
  }

  private static long sum(String prompt) {
    String[] parts = prompt.substring(0, prompt.length() - 1).split("\\+", -1);
    return Long.parseLong(parts[0]) + Long.parseLong(parts[1]);
  }

  private static boolean stepsHold(String prompt, String text) {
    String[] numbers = prompt.substring(0, prompt.length() - 1).split("\\+", -1);
    String a = new StringBuilder(numbers[0]).reverse().toString();
    String b = new StringBuilder(numbers[1]).reverse().toString();
    String expected = "";
    boolean carry = false;
    for (int i = 0; i < Math.max(a.length(), b.length()); i++) {
      int x = i < a.length() ? a.charAt(i) - '0' : 0;
      int y = i < b.length() ? b.charAt(i) - '0' : 0;
      int s = x + y + (carry ? 1 : 0);
      expected += x + "+" + y + (carry ? "+1" : "") + "=" + s + ",";
      carry = s > 9;
    }
    return text.equals(expected + sum(prompt) + ";");
  }

  @Test
  void digitsAreSorted() {
    agree(
        new DigitSorting(6),
        (prompt, text) -> {
          char[] digits = prompt.substring(0, 6).toCharArray();
          Arrays.sort(digits);
          return text.equals(new String(digits));
        });
  }

  /** Balanced: what is left after removing adjacent pairs again and again is nothing. */
  private static boolean balanced(String text, int kinds, int pairs, int depth) {
    String rest = text;
    for (int round = 0; round <= pairs; round++) {
      for (String pair : List.of("()", "[]", "{}", "<>").subList(0, kinds)) {
        rest = rest.replace(pair, "");
      }
    }
    int open = 0;
    int deepest = 0;
    for (int i = 0; i < text.length(); i++) {
      open += "([{<".indexOf(text.charAt(i)) >= 0 ? 1 : -1;
      deepest = Math.max(deepest, open);
    }
    return rest.isEmpty() && text.length() == 2 * pairs && deepest <= depth;
  }

  @Test
  void bracketsAreBalanced() {
    for (int depth : new int[] {1, 2, 3, 9}) {
      int kinds = 1 + depth % 4;
      agree(
          new Brackets(kinds, 6, depth),
          (prompt, text) -> balanced(prompt + text, kinds, 6, depth));
    }
  }

  @Test
  void bracketsAreDrawnUniformlyOverAllOfThem() {
    int kinds = 2;
    Brackets task = new Brackets(kinds, 4, 3);
    Set<String> all = new HashSet<>();
    for (int code = 0; code < 1 << 16; code++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        text.append("([)]".charAt((code >> (2 * i)) & 3));
      }
      if (balanced(text.toString(), kinds, 4, 3)) {
        all.add(text.toString());
        assertTrue(task.check("", text.toString()).valid());
      } else {
        assertTrue(!task.check("", text.toString()).valid());
      }
    }
    assertEquals(Math.log(all.size()) / Math.log(2), task.entropyBits(), 1e-9);
    Map<String, Integer> counts =
        task.examples(SeedTree.of(8))
            .limit(40_000)
            .collect(Collectors.toMap(Example::text, e -> 1, Integer::sum));
    assertEquals(all, counts.keySet());
    double mean = 40_000.0 / all.size();
    double chi = counts.values().stream().mapToDouble(n -> (n - mean) * (n - mean) / mean).sum();
    // 207 degrees of freedom: mean 207, deviation 20.3; wrongly alarmed once in 10,000 seeds
    assertTrue(chi < 293, "chi-square " + chi);
  }

  @Test
  void bracketsOfTheLargestSizeAreDrawn() {
    new Brackets(4, 32, 32)
        .examples(SeedTree.of(9))
        .limit(50)
        .forEach(e -> assertTrue(balanced(e.text(), 4, 32, 32)));
  }

  /** The grammar as one pattern over word classes, learned from the sentences alone. */
  @Test
  void translationsFollowLexiconAndOrder() {
    ToyTranslation task = new ToyTranslation(3);
    Map<String, Character> kinds = new HashMap<>();
    Map<String, String> lexicon = new HashMap<>();
    for (Example e : task.examples(SeedTree.of(5)).limit(3000).toList()) {
      String[] a = e.prompt().substring(0, e.prompt().length() - 1).split(" ", -1);
      String[] b = e.answer().split(" ", -1);
      assertEquals(a.length, b.length);
      if (a.length == 5) {
        // article noun verb article noun -> noun article noun article verb
        int[] order = {1, 0, 4, 3, 2};
        for (int i = 0; i < 5; i++) {
          kinds.put(a[order[i]], "NDNDV".charAt(i));
          assertEquals(b[i], lexicon.getOrDefault(a[order[i]], b[i]));
          lexicon.put(a[order[i]], b[i]);
        }
      }
    }
    assertEquals(28, kinds.size());
    Pattern phrase = Pattern.compile("(D)(A?)(A?)(N)(?:(P)(D)(A?)(A?)(N))?");
    Set<String> seen = new HashSet<>();
    for (Example e : task.examples(SeedTree.of(5)).limit(3000).toList()) {
      String[] a = e.prompt().substring(0, e.prompt().length() - 1).split(" ", -1);
      String classes = "";
      for (int i = 0; i < a.length; i++) {
        boolean noun = i + 1 < a.length && kinds.getOrDefault(a[i + 1], ' ') == 'D';
        classes += kinds.getOrDefault(a[i], noun ? 'P' : 'A');
      }
      assertTrue(classes.matches("DA{0,2}N(PDA{0,2}N)?VDA{0,2}N(PDA{0,2}N)?"), classes);
      seen.add(classes);
      String order = "";
      int verb = classes.indexOf('V');
      for (int from : new int[] {0, verb + 1}) {
        Matcher m = phrase.matcher(classes).region(from, from == 0 ? verb : classes.length());
        assertTrue(m.matches());
        for (int group : new int[] {9, 8, 7, 6, 5, 4, 3, 2, 1}) {
          order += m.group(group) == null || m.group(group).isEmpty() ? "" : m.start(group) + " ";
        }
      }
      String[] b = e.answer().split(" ", -1);
      String[] positions = (order + verb).split(" ", -1);
      for (int i = 0; i < b.length; i++) {
        String word = a[Integer.parseInt(positions[i])];
        lexicon.putIfAbsent(word, b[i]);
        assertEquals(lexicon.get(word), b[i], e.toString() + i);
      }
    }
    assertTrue(seen.size() > 40);
    assertEquals(42, lexicon.size());
    assertEquals(42, new HashSet<>(lexicon.values()).size());
  }

  @Test
  void translationsAreDetermined() {
    ToyTranslation task = new ToyTranslation(4);
    for (Example e : task.examples(SeedTree.of(5)).limit(12).toList()) {
      String sentence = e.prompt().substring(0, e.prompt().length() - 1);
      assertTrue(task.grammatical(sentence).valid());
      for (String text : mutations(e.answer())) {
        assertEquals(text.equals(e.answer()), task.check(e.prompt(), text).valid(), text);
      }
      for (String text : mutations(sentence)) {
        Verdict verdict = task.grammatical(text);
        // a mutated sentence is one only where the mutated word is another of its kind
        boolean same = text.split(" ", -1).length == sentence.split(" ", -1).length;
        assertTrue(same || !verdict.valid(), text);
        assertEquals(verdict.valid(), verdict.reason().isEmpty());
      }
    }
    assertEquals("position 0 is the end, expected an article", task.grammatical("").reason());
  }

  @Test
  void sameSeedSameText() {
    List<TaskCorpus> tasks =
        List.of(
            new TinyJava(false),
            new JsonRecords(),
            new RecordSentences(),
            new Addition(3, 6, true),
            new Brackets(3, 8, 4),
            new DigitSorting(5),
            new ToyTranslation(1));
    for (TaskCorpus task : tasks) {
      List<Example> once = task.examples(SeedTree.of(3)).limit(50).toList();
      assertEquals(once, task.examples(SeedTree.of(3)).limit(50).toList());
      assertTrue(new HashSet<>(once).size() > 40, task + "");
      assertTrue(!once.equals(task.examples(SeedTree.of(4)).limit(50).toList()));
      CharTokenizer characters = CharTokenizer.printable();
      once.forEach(e -> assertEquals(e.text().length(), characters.encode(e.text()).length));
      Exception e = assertThrows(IllegalArgumentException.class, () -> task.check("?", ""));
      assertTrue(e.getMessage().startsWith("the prompt is '?', expected "), e.getMessage());
    }
  }
}
