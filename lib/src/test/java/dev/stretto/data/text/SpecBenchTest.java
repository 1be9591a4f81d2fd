package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stretto.data.text.SpecBench.Answer;
import dev.stretto.data.text.SpecBench.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecBenchTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("lines.jsonl"), text);
  }

  @Test
  void questionsFallIntoSixTasks() throws IOException {
    List<Question> read =
        SpecBench.questions(
            file(
                """
                {"question_id": 111, "category": "math", "turns": ["One?", "Zwei \\u2014 ok?"], "reference": ["1", ""]}

                {"question_id": 7, "category": "math_reasoning", "turns": ["Sum?"]}
                {"question_id": 8, "category": "summarization", "turns": ["a\\nb"]}
                """));
    assertEquals(new Question(111, "math", List.of("One?", "Zwei \u2014 ok?")), read.get(0));
    assertEquals(
        List.of("multi-turn", "math", "summarisation"),
        read.stream().map(Question::group).toList());
  }

  /** A line of Spec-Bench's own, and what is written is read back. */
  @Test
  void answersAreReadAndWritten() throws IOException {
    Answer first =
        new Answer(
            81,
            "writing",
            "vicuna-7b",
            List.of("A \"b\"\n", "\u00e9"),
            List.of(2L, 1L),
            List.of(5L, 3L),
            List.of(.25, 1.0),
            List.of(3L, 2L, 3L));
    List<Answer> read =
        SpecBench.answers(
            file(
                """
                {"question_id": 81, "category": "writing", "answer_id": "x", "model_id": "vicuna-7b", "choices": [{"index": 0, "turns": ["A \\"b\\"\\n", "\u00e9"], "decoding_steps": [2, 1], "new_tokens": [5, 3], "wall_time": [0.25, 1], "accept_lengths": [3, 2, 3]}], "tstamp": 1.5}
                """));
    assertEquals(List.of(first), read);
    Answer second =
        new Answer(9, "qa", "m", List.of(""), List.of(1L), List.of(1L), List.of(1e-9), List.of(1L));
    Path written = folder.resolve("written.jsonl");
    SpecBench.write(written, List.of(first, second));
    assertEquals(2, Files.readString(written).lines().count());
    assertEquals(List.of(first, second), SpecBench.answers(written));
    assertEquals(
        "{\"question_id\":9,\"category\":\"qa\",\"model_id\":\"m\",\"choices\":[{\"index\":0,"
            + "\"turns\":[\"\"],\"decoding_steps\":[1],\"new_tokens\":[1],\"wall_time\":[1.0E-9],"
            + "\"accept_lengths\":[1]}]}",
        Files.readAllLines(written).get(1));
    SpecBench.write(written, List.of());
    assertEquals(List.of(), SpecBench.answers(written));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"question_id\": 1, \"category\": \"poetry\", \"turns\": [\"a\"]}|:2: 'category' is poetry, expected one of [writing, roleplay, reasoning, math, coding, extraction, stem, humanities] or [translation, summarization, qa, math_reasoning, rag]",
        "{\"question_id\": 1, \"category\": \"qa\", \"turns\": []}|:2: 'turns' is empty, expected one",
        "{\"question_id\": 1, \"category\": \"qa\", \"turns\": [3]}|:2: 'turns' is 3, expected a text",
        "{\"question_id\": 5, \"category\": \"qa\", \"turns\": [\"a\"]}|:2: 'question_id' is 5 once more, expected every question once",
        "{\"question_id\": \"x\", \"category\": \"qa\"}|:2: 'question_id' is x, expected a whole number",
        "{\"category\": \"qa\"}|:2 has no 'question_id'",
        "[1]|:2 holds no JSON object",
        "{\"question_id\": 1} x|:2 has text behind its JSON object",
        "{\"question_id\": 1} {|:2 has text behind its JSON object"
      })
  void badLinesAreNamed(String line, String says) throws IOException {
    Path file = file("{\"question_id\": 5, \"category\": \"qa\", \"turns\": [\"a\"]}\n" + line);
    String said =
        assertThrows(IllegalArgumentException.class, () -> SpecBench.questions(file)).getMessage();
    assertEquals(
        file + says, said.replaceFirst("is not JSON.*", "has text behind its JSON object"));
  }

  @Test
  void aFileThatEndsWithinALineIsNotRead() throws IOException {
    Path file = file("{\"question_id\": 5, \"category\": \"qa\", \"turns\": [\"a");
    String said =
        assertThrows(IllegalArgumentException.class, () -> SpecBench.questions(file)).getMessage();
    assertEquals(1, said.lines().count());
    assertEquals(0, said.indexOf(file + ":1 is not JSON: Unterminated string"), said);
  }

  @Test
  void theRealQuestionsAreEightyATask() {
    String root = System.getenv("STRETTO_DATA");
    assumeTrue(root != null, "STRETTO_DATA is not set: the real questions are not read");
    Path file = Path.of(root, "spec_bench", "question.jsonl");
    assumeTrue(Files.exists(file), "no spec_bench below STRETTO_DATA");
    List<Question> questions = SpecBench.questions(file);
    assertEquals(480, questions.size());
    assertEquals(
        SpecBench.GROUPS.stream().collect(Collectors.toMap(g -> g, g -> 80L)),
        questions.stream().collect(Collectors.groupingBy(Question::group, Collectors.counting())));
    assertEquals(
        List.of(2L),
        questions.stream()
            .filter(q -> q.group().equals("multi-turn"))
            .map(q -> (long) q.turns().size())
            .distinct()
            .toList());
  }
}
