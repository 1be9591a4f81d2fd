package dev.stretto.data.text;

import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.TaskCorpus.Verdict;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Six kinds of text between those that leave nearly nothing to copy and those that are nearly all
 * copied, after the six of Spec-Bench (Xia et al. 2024), small enough for models of a million
 * weights. Prompts start with a tag of their category and have at most 384 characters, with their
 * answers at most 511; a text ends with the tokenizer's {@code <eos>}.
 *
 * <pre>{@code
 * var suite = CategorySuite.standard();
 * suite.examples(Category.MATH, Split.TEST, 20).getFirst().prompt() // [math] 915+26071=
 * }</pre>
 */
public final class CategorySuite {
  private static final int LONGEST_PROMPT = 384;
  private static final int LONGEST = 511;
  private static final int SOURCES = 1_600_000;

  /** What a prompt asks for. */
  public enum Category {
    /** The second turn of a talk, or what follows in Java code (not determined). */
    MULTI_TURN("multi-turn", "chat"),
    /** A sentence in another language: lexicon and reordering. */
    TRANSLATION("translation", "translate"),
    /** The methods that an excerpt of Java declares. */
    SUMMARISATION("summarisation", "sum"),
    /** Facts that stand in the training text alone. */
    QA("qa", "qa"),
    /** Sums with the carried steps written out. */
    MATH("math", "math"),
    /** A sentence out of three passages. */
    RAG("rag", "rag");

    private final String label;
    private final String tag;

    Category(String label, String tag) {
      this.label = label;
      this.tag = "[" + tag + "] ";
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /** Which examples; no prompt is in both. */
  public enum Split {
    /** To learn from. */
    TRAIN,
    /** To be tested on: a tenth of the prompts by their hash, and code of other files. */
    TEST
  }

  /** How many documents of each kind a round of the training text has. */
  private static final Map<Category, Integer> ROUND =
      Map.of(
          Category.MULTI_TURN, 3,
          Category.TRANSLATION, 2,
          Category.SUMMARISATION, 1,
          Category.QA, 4,
          Category.MATH, 4,
          Category.RAG, 1);

  private final SeedTree seed;
  private final CharTokenizer tokenizer = CharTokenizer.printable();
  private final Map<Split, String> code = new LinkedHashMap<>();
  private final Map<Split, MethodNames> methods = new LinkedHashMap<>();
  private final Map<Category, TaskCorpus> tasks;

  private CategorySuite(long seed, Map<Split, TextFiles> sources) {
    this.seed = SeedTree.of(seed);
    tasks =
        Map.of(
            Category.MULTI_TURN, new Dialogue(),
            Category.TRANSLATION, new ToyTranslation(seed),
            Category.QA, new FactQuestions(seed),
            Category.MATH, new Addition(3, 6, true),
            Category.RAG, new Passages());
    sources.forEach(
        (split, files) -> {
          String bare = MethodNames.bare(files.text(split == Split.TRAIN ? SOURCES : SOURCES / 4));
          code.put(split, bare.replaceAll("[^\n -~]", "?"));
          methods.put(split, MethodNames.of(code.get(split)));
        });
  }

  /**
   * {@return the suite of the notebooks and stored models; throws IllegalStateException where this
   * Java has no sources}
   */
  public static CategorySuite standard() {
    TextFiles files = JavaSources.installed("java.base/java/");
    return new CategorySuite(3, Map.of(Split.TRAIN, files.train(), Split.TEST, files.heldOut()));
  }

  /**
   * Examples of a category.
   *
   * @param category what they ask for
   * @param split which ones
   * @param n how many
   * @return the first n, no prompt twice; the same each time
   */
  public List<Example> examples(Category category, Split split, int n) {
    return stream(category, split).limit(20L * n + 1000).distinct().limit(n).toList();
  }

  private Stream<Example> stream(Category category, Split split) {
    SeedTree node = seed.child(split.name()).child(category.name());
    return Stream.iterate(0L, i -> i + 1)
        .map(i -> draw(category, split, node.child(i).rng()))
        .map(e -> new Example(category.tag + e.prompt(), e.answer()))
        .filter(e -> e.prompt().length() <= LONGEST_PROMPT && e.text().length() <= LONGEST)
        .filter(e -> category == Category.SUMMARISATION || split == of(e.prompt()));
  }

  private static Split of(String prompt) {
    return TaskCorpus.held(prompt) ? Split.TEST : Split.TRAIN;
  }

  private Example draw(Category category, Split split, Rng rng) {
    if (category == Category.MULTI_TURN && rng.nextBoolean()) {
      String text = code.get(split);
      int from = text.indexOf('\n', rng.nextInt(text.length() - 2 * LONGEST)) + 1;
      int middle = text.indexOf('\n', from + 150 + rng.nextInt(150)) + 1;
      int to = text.indexOf('\n', middle + 100);
      return new Example(text.substring(from, middle), text.substring(middle, to));
    }
    return (category == Category.SUMMARISATION ? methods.get(split) : tasks.get(category))
        .draw(rng);
  }

  /**
   * Judges an answer.
   *
   * @param category of the prompt
   * @param prompt one of {@link #examples}
   * @param answer any text, without an end mark
   * @return the judgement; empty for code, which has no right answer
   */
  public Optional<Verdict> check(Category category, String prompt, String answer) {
    String asked = prompt.substring(Math.min(prompt.length(), category.tag.length()));
    Checks.prompt(prompt.startsWith(category.tag), prompt, "one that starts with " + category.tag);
    TaskCorpus task =
        category == Category.SUMMARISATION ? methods.get(Split.TEST) : tasks.get(category);
    return category == Category.MULTI_TURN && asked.endsWith("\n")
        ? Optional.empty()
        : Optional.of(task.check(asked, answer));
  }

  /**
   * Test prompts in ids of {@link CharTokenizer#printable}.
   *
   * @param category of the prompts
   * @param n how many
   * @return ids of each
   */
  public int[][] prompts(Category category, int n) {
    return examples(category, Split.TEST, n).stream()
        .map(example -> tokenizer.encode(example.prompt()))
        .toArray(int[][]::new);
  }

  /**
   * Test prompts of all categories.
   *
   * @param n how many of each
   * @return ids by the category's name, in the order of {@link Category}
   */
  public Map<String, int[][]> prompts(int n) {
    Map<String, int[][]> all = new LinkedHashMap<>();
    for (Category category : Category.values()) {
      all.put(category.toString(), prompts(category, n));
    }
    return all;
  }

  /** {@return the id that ends a text} */
  public int end() {
    return tokenizer.vocabulary() - 1;
  }

  /**
   * The text that the family's models learn from and its n-grams are counted from: examples of all
   * categories and windows of Java code, shuffled, each with its end mark.
   *
   * @param tokens at least so many, 1 or more
   * @return ids of the tokenizer, the last text whole
   */
  public int[] trainingText(int tokens) {
    Checks.range("tokens", tokens, 1, Integer.MAX_VALUE / 2);
    Rng rng = seed.child("text").rng();
    List<Category> round =
        Arrays.stream(Category.values())
            .flatMap(c -> IntStream.range(0, ROUND.get(c)).mapToObj(_ -> c))
            .toList();
    Map<Category, Iterator<Example>> draws = new LinkedHashMap<>();
    for (Category category : Category.values()) {
      draws.put(category, stream(category, Split.TRAIN).iterator());
    }
    int[] text = new int[tokens + 2 * LONGEST];
    int length = 0;
    while (length < tokens) {
      int[] ids = tokenizer.encode(draws.get(round.get(rng.nextInt(round.size()))).next().text());
      System.arraycopy(ids, 0, text, length, ids.length);
      length += ids.length;
      text[length++] = end();
    }
    return Arrays.copyOf(text, length);
  }
}
