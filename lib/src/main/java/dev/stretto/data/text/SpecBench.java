package dev.stretto.data.text;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of Spec-Bench (Xia et al. 2024): questions in {@code question.jsonl}, and a method's
 * answers, one JSON object a line each. What is wrong with a file is said in one sentence, as
 * IllegalArgumentException that names file and line.
 */
public final class SpecBench {
  /** The six tasks, in the order of its tables; MT-bench's eight categories are the first. */
  public static final List<String> GROUPS =
      List.of("multi-turn", "translation", "summarisation", "qa", "math", "rag");

  private static final List<String> MT_BENCH =
      List.of(
          "writing", "roleplay", "reasoning", "math", "coding", "extraction", "stem", "humanities");

  private static final List<String> TASKS =
      List.of("translation", "summarization", "qa", "math_reasoning", "rag");

  private static final Gson JSON =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .disableHtmlEscaping()
          .create();

  private SpecBench() {}

  /**
   * A question.
   *
   * @param id its number
   * @param category as the file says, one of thirteen
   * @param turns what the user says, turn by turn
   */
  public record Question(long id, String category, List<String> turns) {
    /** {@return its task, one of {@link #GROUPS}; MT-bench's "math" is multi-turn} */
    public String group() {
      return GROUPS.get(1 + TASKS.indexOf(category));
    }
  }

  /**
   * A method's answer to a question.
   *
   * @param questionId the question
   * @param category of the question
   * @param modelId the method
   * @param turns what it said, turn by turn
   * @param decodingSteps passes of the target a turn
   * @param newTokens tokens a turn
   * @param wallTime seconds a turn, reading the prompt included
   * @param acceptLengths tokens of every pass of all turns, the bonus included
   */
  public record Answer(
      long questionId,
      String category,
      String modelId,
      List<String> turns,
      List<Long> decodingSteps,
      List<Long> newTokens,
      List<Double> wallTime,
      List<Long> acceptLengths) {}

  /**
   * Reads questions.
   *
   * @param file of the layout of {@code question.jsonl}
   * @return in the file's order
   */
  public static List<Question> questions(Path file) {
    List<Question> questions = new ArrayList<>();
    Set<Long> ids = new HashSet<>();
    for (JsonFields line : JsonFields.readLines(file)) {
      Question question =
          new Question(
              id(line, ids), line.get("category", String.class), line.list("turns", String.class));
      if (!MT_BENCH.contains(question.category) && !TASKS.contains(question.category)) {
        throw new IllegalArgumentException(
            "%s: 'category' is %s, expected one of %s or %s"
                .formatted(line.place(), question.category, MT_BENCH, TASKS));
      }
      if (question.turns.isEmpty()) {
        throw new IllegalArgumentException(line.place() + ": 'turns' is empty, expected one");
      }
      questions.add(question);
    }
    return questions;
  }

  private static long id(JsonFields line, Set<Long> ids) {
    long id = line.get("question_id", Long.class);
    if (!ids.add(id)) {
      throw new IllegalArgumentException(
          "%s: 'question_id' is %d once more, expected every question once"
              .formatted(line.place(), id));
    }
    return id;
  }

  /**
   * Reads a method's answers; of several choices the first counts, as in Spec-Bench's own tables.
   *
   * @param file as {@link #write} or Spec-Bench wrote it
   * @return in the file's order
   */
  public static List<Answer> answers(Path file) {
    List<Answer> answers = new ArrayList<>();
    Set<Long> ids = new HashSet<>();
    for (JsonFields line : JsonFields.readLines(file)) {
      List<JsonFields> choices = line.list("choices", JsonFields.class);
      if (choices.isEmpty()) {
        throw new IllegalArgumentException(line.place() + ": 'choices' is empty, expected one");
      }
      JsonFields choice = choices.getFirst();
      answers.add(
          new Answer(
              id(line, ids),
              line.get("category", String.class),
              line.get("model_id", String.class),
              choice.list("turns", String.class),
              choice.list("decoding_steps", Long.class),
              choice.list("new_tokens", Long.class),
              choice.list("wall_time", Double.class),
              choice.list("accept_lengths", Long.class)));
    }
    return answers;
  }

  /**
   * Writes answers where Spec-Bench's own tools read them.
   *
   * @param file replaced
   * @param answers in order
   */
  public static void write(Path file, List<Answer> answers) {
    List<String> lines = new ArrayList<>();
    for (Answer a : answers) {
      Choice only =
          new Choice(0, a.turns, a.decodingSteps, a.newTokens, a.wallTime, a.acceptLengths);
      lines.add(JSON.toJson(new Line(a.questionId, a.category, a.modelId, List.of(only))));
    }
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e, e);
    }
  }

  /** A line of a file of answers; the fields' names are the file's. */
  private record Line(long questionId, String category, String modelId, List<Choice> choices) {}

  private record Choice(
      int index,
      List<String> turns,
      List<Long> decodingSteps,
      List<Long> newTokens,
      List<Double> wallTime,
      List<Long> acceptLengths) {}
}
