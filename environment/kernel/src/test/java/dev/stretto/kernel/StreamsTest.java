package dev.stretto.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamsTest {
  private record Piece(String stream, String text) {}

  private final List<Piece> pieces = Collections.synchronizedList(new ArrayList<>());
  private final Streams streams = new Streams((name, text) -> pieces.add(new Piece(name, text)));

  private String all(String name) {
    var text = new StringBuilder();
    synchronized (pieces) {
      pieces.stream().filter(p -> p.stream().equals(name)).forEach(p -> text.append(p.text()));
    }
    return text.toString();
  }

  @Test
  void manyLinesArriveWholeInFewPieces() {
    var expected = new StringBuilder();
    var out = streams.out();
    for (int i = 0; i < 20_000; i++) {
      out.println("line " + i);
      expected.append("line ").append(i).append('\n');
    }
    streams.flush();
    assertEquals(expected.toString(), all("stdout"));
    assertTrue(pieces.size() < 300, pieces.size() + " pieces");
  }

  @Test
  void theOrderOfOutputAndErrorIsKept() {
    var out = streams.out();
    var err = streams.err();
    out.print("a");
    err.print("b");
    out.print("c\r");
    streams.flush();
    assertEquals(
        List.of(new Piece("stdout", "a"), new Piece("stderr", "b"), new Piece("stdout", "c\r")),
        pieces);
  }

  @Test
  void outputComesWithoutAFlush() throws InterruptedException {
    streams.out().print("soon");
    for (int i = 0; i < 100 && pieces.isEmpty(); i++) {
      Thread.sleep(20);
    }
    assertEquals("soon", all("stdout"));
  }

  @Test
  void charactersAreNeverCut() {
    var out = streams.out();
    for (byte each : "aé€😀z".getBytes(StandardCharsets.UTF_8)) {
      out.write(each);
      streams.flush();
    }
    assertEquals("aé€😀z", all("stdout"));
  }

  @Test
  void threadsThatPrintAtOnceLoseNothing() throws InterruptedException {
    var out = streams.out();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 5000; i++) {
                      out.println("0123456789");
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    streams.flush();
    assertEquals(20_000L * 11, all("stdout").length());
  }
}
