package dev.stretto.evaluation;

import dev.stretto.data.text.SpecBench;
import dev.stretto.data.text.SpecBench.Answer;
import dev.stretto.data.text.SpecBench.Question;
import dev.stretto.figures.Tables;
import dev.stretto.models.TokenModel;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.Verifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import tech.tablesaw.api.Table;

/**
 * Spec-Bench's protocol: questions one by one, turn by turn, and its table of speeds.
 *
 * <pre>{@code
 * var bench = new SpecBenchRun(target, codec, options, 3);
 * var plain = bench.answer("ar", questions, Drafter.none(), new ExactMatch());
 * var drafted = bench.answer("mine", questions, mine, new ExactMatch());
 * SpecBenchRun.compare(questions, plain.answers(), drafted.answers()).table()
 * }</pre>
 */
public final class SpecBenchRun {
  private final TokenModel target;
  private final Codec codec;
  private final Options options;
  private final int warmups;

  /**
   * Between texts and ids.
   *
   * @param encode ids of what was said so far, user and model in turns, as a prompt in the model's
   *     own template
   * @param decode the text of an answer's ids, without the end token
   */
  public record Codec(Function<List<String>, int[]> encode, Function<int[], String> decode) {}

  /**
   * What a method said.
   *
   * @param answers to the questions that were answered as a whole
   * @param errors a sentence for every other question
   */
  public record Answered(List<Answer> answers, List<String> errors) {}

  /**
   * Two runs beside each other.
   *
   * @param table a row a task and one for all, with the questions that both runs answered. Micro
   *     speeds are all tokens over all seconds, macro ones means over questions, as in Spec-Bench;
   *     speed-ups divide the method's by the baseline's; {@code lengthWithBonus} is the mean over
   *     all passes of the method; {@code same} counts questions with equal texts.
   * @param errors a sentence for every question that was left out, on both sides
   */
  public record Comparison(Table table, List<String> errors) {}

  /**
   * A protocol.
   *
   * @param target whose answers
   * @param codec between texts and ids
   * @param options of each turn
   * @param warmups how often the first question is answered before the clock counts, 3 in
   *     Spec-Bench
   */
  public SpecBenchRun(TokenModel target, Codec codec, Options options, int warmups) {
    this.target = target;
    this.codec = codec;
    this.options = options;
    this.warmups = warmups;
  }

  /**
   * Answers questions, each turn with the turns before it as context.
   *
   * @param modelId the method's name in the file
   * @param questions in order
   * @param drafter who proposes
   * @param verifier who decides
   * @return the answers; a question that the target cannot read, or whose turn its positions cut
   *     short, is an error and has none
   */
  public Answered answer(
      String modelId, List<Question> questions, Drafter drafter, Verifier verifier) {
    List<Answer> answers = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (int i = -warmups; i < questions.size() && !questions.isEmpty(); i++) {
      Question question = questions.get(Math.max(0, i));
      try {
        Answer answer = answer(modelId, question, drafter, verifier);
        if (i >= 0) {
          answers.add(answer);
        }
      } catch (IllegalArgumentException e) {
        if (i >= 0) {
          errors.add("question %d: %s".formatted(question.id(), e.getMessage()));
        }
      }
    }
    return new Answered(answers, errors);
  }

  private Answer answer(String modelId, Question question, Drafter drafter, Verifier verifier) {
    List<String> said = new ArrayList<>();
    List<String> turns = new ArrayList<>();
    List<Acceptance> reports = new ArrayList<>();
    for (String user : question.turns()) {
      said.add(user);
      int[][] prompt = {codec.encode.apply(List.copyOf(said))};
      SpeculativeDecoder.Run run =
          SpeculativeDecoder.decode(target, prompt, options, drafter, verifier);
      int[] tokens = run.tokens()[0];
      boolean ended = tokens.length > 0 && tokens[tokens.length - 1] == options.endToken();
      if (!ended && tokens.length < options.maxNewTokens()) {
        throw new IllegalArgumentException(
            "turn %d has %d tokens behind a prompt of %d and no end, expected %d: the target has %d positions"
                .formatted(
                    turns.size() + 1,
                    tokens.length,
                    prompt[0].length,
                    options.maxNewTokens(),
                    target.maxLength()));
      }
      turns.add(codec.decode.apply(Arrays.copyOf(tokens, tokens.length - (ended ? 1 : 0))));
      said.add(turns.getLast());
      reports.add(run.acceptance());
    }
    return new Answer(
        question.id(),
        question.category(),
        modelId,
        turns,
        reports.stream().map(Acceptance::passes).toList(),
        reports.stream().map(Acceptance::emitted).toList(),
        reports.stream().map(Acceptance::seconds).toList(),
        reports.stream()
            .flatMap(report -> Arrays.stream(report.lengths()).asLongStream().boxed())
            .toList());
  }

  /**
   * Compares two runs over the same questions. Only questions count that both answered as a whole:
   * a run that stopped early is no faster for it.
   *
   * @param questions all that were asked
   * @param baseline answers of plain decoding
   * @param method answers of the method
   * @return the table and what was left out of it
   */
  public static Comparison compare(
      List<Question> questions, List<Answer> baseline, List<Answer> method) {
    Map<Long, Answer> plain = byQuestion(baseline);
    Map<Long, Answer> fast = byQuestion(method);
    List<String> errors = new ArrayList<>();
    Map<String, List<Pair>> groups = new LinkedHashMap<>();
    SpecBench.GROUPS.forEach(group -> groups.put(group, new ArrayList<>()));
    List<Pair> all = new ArrayList<>();
    for (Question question : questions) {
      Optional<String> wrong =
          wrong("the baseline", question, plain.get(question.id()))
              .or(() -> wrong("the method", question, fast.get(question.id())));
      if (wrong.isPresent()) {
        errors.add("question %d: %s".formatted(question.id(), wrong.get()));
      } else {
        Pair pair = new Pair(plain.get(question.id()), fast.get(question.id()));
        groups.get(question.group()).add(pair);
        all.add(pair);
      }
    }
    groups.values().removeIf(List::isEmpty);
    groups.put("overall", all);
    return new Comparison(table(groups), errors);
  }

  private record Pair(Answer baseline, Answer method) {}

  private static Map<Long, Answer> byQuestion(List<Answer> answers) {
    Map<Long, Answer> map = new HashMap<>();
    answers.forEach(answer -> map.put(answer.questionId(), answer));
    return map;
  }

  /** Spec-Bench writes ERROR for a turn that failed, beside the time of the turn before it. */
  private static Optional<String> wrong(String side, Question question, Answer answer) {
    if (answer == null) {
      return Optional.of(side + " has no answer");
    }
    int turns = question.turns().size();
    if (answer.turns().size() != turns
        || answer.newTokens().size() != turns
        || answer.wallTime().size() != turns) {
      return Optional.of("%s has %d of %d turns".formatted(side, answer.turns().size(), turns));
    }
    if (answer.turns().contains("ERROR")
        || answer.newTokens().stream().anyMatch(count -> count < 1)
        || answer.wallTime().stream().anyMatch(seconds -> !(seconds > 0))) {
      return Optional.of(side + " failed");
    }
    return Optional.empty();
  }

  private static Table table(Map<String, List<Pair>> groups) {
    return Tables.rows(groups.entrySet())
        .column("category", Map.Entry::getKey)
        .column("questions", e -> e.getValue().size())
        .column("baselineMicro", e -> micro(e.getValue(), Pair::baseline))
        .column("baselineMacro", e -> macro(e.getValue(), Pair::baseline))
        .column("methodMicro", e -> micro(e.getValue(), Pair::method))
        .column("methodMacro", e -> macro(e.getValue(), Pair::method))
        .column("speedUpMicro", e -> ratio(e.getValue(), SpecBenchRun::micro))
        .column("speedUpMacro", e -> ratio(e.getValue(), SpecBenchRun::macro))
        .column("lengthWithBonus", e -> lengthWithBonus(e.getValue()))
        .column("same", e -> same(e.getValue()))
        .table("Spec-Bench");
  }

  private static double ratio(
      List<Pair> pairs, ToDoubleBiFunction<List<Pair>, Function<Pair, Answer>> speed) {
    return speed.applyAsDouble(pairs, Pair::method) / speed.applyAsDouble(pairs, Pair::baseline);
  }

  private static double lengthWithBonus(List<Pair> pairs) {
    return pairs.stream()
        .flatMap(pair -> pair.method.acceptLengths().stream())
        .mapToLong(length -> length)
        .average()
        .orElse(Double.NaN);
  }

  private static int same(List<Pair> pairs) {
    return (int) pairs.stream().filter(p -> p.baseline.turns().equals(p.method.turns())).count();
  }

  private static double micro(List<Pair> pairs, Function<Pair, Answer> side) {
    return pairs.stream().mapToDouble(pair -> tokens(side.apply(pair))).sum()
        / pairs.stream().mapToDouble(pair -> seconds(side.apply(pair))).sum();
  }

  private static double macro(List<Pair> pairs, Function<Pair, Answer> side) {
    return pairs.stream()
        .map(side)
        .mapToDouble(answer -> tokens(answer) / seconds(answer))
        .average()
        .orElse(Double.NaN);
  }

  private static double tokens(Answer answer) {
    return answer.newTokens().stream().mapToDouble(count -> count).sum();
  }

  private static double seconds(Answer answer) {
    return answer.wallTime().stream().mapToDouble(time -> time).sum();
  }
}
