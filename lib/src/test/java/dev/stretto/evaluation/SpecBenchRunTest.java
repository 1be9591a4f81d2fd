package dev.stretto.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.SpecBench;
import dev.stretto.data.text.SpecBench.Answer;
import dev.stretto.data.text.SpecBench.Question;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** Spec-Bench's protocol on a random network, its table on answers with known numbers. */
class SpecBenchRunTest {
  private static final CharTokenizer TEXT = CharTokenizer.printable();

  private static final List<Question> QUESTIONS =
      List.of(
          new Question(1, "writing", List.of("Say it.", "Again.")),
          new Question(2, "math", List.of("1+1?", "Why?")),
          new Question(3, "math_reasoning", List.of("2+2?")),
          new Question(4, "rag", List.of("x".repeat(200))));

  private static SpecBenchRun bench(CausalLm model, List<List<String>> asked) {
    return new SpecBenchRun(
        model,
        new SpecBenchRun.Codec(
            said -> {
              asked.add(said);
              return TEXT.encode(String.join("|", said));
            },
            TEXT::decode),
        new Decoder.Options(12, TEXT.eos(), Sampling.greedy()),
        1);
  }

  @Test
  void turnsAreDecodedWithTheTurnsBeforeThem(@TempDir Path folder) {
    try (CausalLm model = CausalLm.gpt(2, 32, TEXT.vocabulary(), 128, 3)) {
      List<List<String>> asked = new ArrayList<>();
      SpecBenchRun bench = bench(model, asked);
      var plain = bench.answer("ar", QUESTIONS, Drafter.none(), new ExactMatch());
      // the first question once more as warm-up, the last one is too long
      assertEquals(2 + 2 + 2 + 1 + 1, asked.size());
      String first = plain.answers().getFirst().turns().getFirst();
      assertEquals(List.of("Say it.", first, "Again."), asked.get(3));
      int[][] prompt = {TEXT.encode("Say it.|" + first + "|Again.")};
      int[] tokens =
          Decoder.decode(model, prompt, new Decoder.Options(12, TEXT.eos(), Sampling.greedy()))
              .tokens()[0];
      assertEquals(TEXT.decode(tokens), plain.answers().getFirst().turns().get(1));
      assertEquals(
          List.of("question 4: the prompt of row 0 has 200 tokens, expected 1 to 128"),
          plain.errors());
      assertEquals(List.of(12L, 12L), plain.answers().get(1).decodingSteps());
      Drafter again =
          Drafter.of(row -> TokenTree.chain(row.pending(), row.pending(), row.pending()));
      var drafted = bench.answer("again", QUESTIONS, again, new ExactMatch());
      Path file = folder.resolve("again.jsonl");
      SpecBench.write(file, drafted.answers());
      assertEquals(drafted.answers(), SpecBench.answers(file));
      var both = SpecBenchRun.compare(QUESTIONS, plain.answers(), SpecBench.answers(file));
      Table table = both.table();
      assertEquals(
          List.of("multi-turn", "math", "overall"), table.stringColumn("category").asList());
      assertEquals(3, table.intColumn("same").get(2), "drafts change no text");
      assertEquals(List.of("question 4: the baseline has no answer"), both.errors());
      long passes =
          drafted.answers().stream().mapToLong(answer -> answer.acceptLengths().size()).sum();
      assertEquals(60.0 / passes, table.doubleColumn("lengthWithBonus").get(2), 1e-12);
    }
  }

  @Test
  void aTurnThatTheTargetCutsShortIsAnError() {
    try (CausalLm model = CausalLm.gpt(1, 32, TEXT.vocabulary(), 15, 3)) {
      var run =
          bench(model, new ArrayList<>())
              .answer("ar", QUESTIONS.subList(0, 1), Drafter.none(), new ExactMatch());
      assertEquals(List.of(), run.answers());
      assertEquals(
          List.of(
              "question 1: turn 1 has 9 tokens behind a prompt of 7 and no end, expected 12: the"
                  + " target has 15 positions"),
          run.errors());
    }
  }

  private static Answer answer(long id, String text, long tokens, double seconds, Long... lengths) {
    return new Answer(
        id,
        "",
        "",
        List.of(text),
        List.of(1L),
        List.of(tokens),
        List.of(seconds),
        List.of(lengths));
  }

  @Test
  void speedsAreMicroAndMacroOverWhatBothAnswered() {
    List<Question> questions = new ArrayList<>();
    for (long id = 1; id <= 7; id++) {
      questions.add(new Question(id, id < 3 ? "qa" : "translation", List.of("?")));
    }
    List<Answer> plain =
        List.of(
            answer(1, "a", 10, 1, 1L),
            answer(2, "b", 10, 9, 1L),
            answer(3, "c", 8, 2, 1L),
            answer(4, "ERROR", 8, 2, 1L),
            answer(5, "e", 8, 2, 1L),
            answer(6, "f", 8, 0, 1L));
    List<Answer> fast =
        List.of(
            answer(1, "a", 10, .5, 4L, 2L),
            answer(2, "B", 20, 4.5, 3L),
            answer(3, "c", 8, 2, 1L),
            answer(4, "d", 8, 2, 9L),
            new Answer(5, "", "", List.of(), List.of(), List.of(), List.of(), List.of(9L)),
            answer(6, "f", 8, 1, 9L),
            answer(7, "g", 8, 1, 9L));
    var both = SpecBenchRun.compare(questions, plain, fast);
    Table table = both.table();
    assertEquals(List.of("translation", "qa", "overall"), table.stringColumn("category").asList());
    assertEquals(List.of(1, 2, 3), table.intColumn("questions").asList());
    assertEquals(2, table.doubleColumn("baselineMicro").get(1), 1e-12);
    assertEquals((10 + 10 / 9.0) / 2, table.doubleColumn("baselineMacro").get(1), 1e-12);
    assertEquals(6, table.doubleColumn("methodMicro").get(1), 1e-12);
    assertEquals((20 + 20 / 4.5) / 2, table.doubleColumn("methodMacro").get(1), 1e-12);
    assertEquals(3, table.doubleColumn("speedUpMicro").get(1), 1e-12);
    assertEquals(
        (20 + 20 / 4.5) / (10 + 10 / 9.0), table.doubleColumn("speedUpMacro").get(1), 1e-12);
    assertEquals(3, table.doubleColumn("lengthWithBonus").get(1), 1e-12);
    assertEquals(10 / 4.0, table.doubleColumn("lengthWithBonus").get(2), 1e-12);
    assertEquals(List.of(1, 1, 2), table.intColumn("same").asList());
    assertEquals(
        List.of(
            "question 4: the baseline failed",
            "question 5: the method has 0 of 1 turns",
            "question 6: the baseline failed",
            "question 7: the baseline has no answer"),
        both.errors());
    assertTrue(
        SpecBenchRun.compare(questions, List.of(), fast).table().doubleColumn(2).isMissing(0));
  }
}
