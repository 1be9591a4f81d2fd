package dev.stretto.papers.hiddentransfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.models.TokenTree;
import dev.stretto.papers.hiddentransfer.HiddenTransferStudy.Pair;
import java.util.List;
import org.junit.jupiter.api.Test;

class HiddenTransferStudyTest {
  @Test
  void theMaskNamesWhoSeesWhom() {
    assertEquals(
        List.of("root", "node 1", "root +1", "root +2", "node 1 +1", "node 1 +2"),
        HiddenTransferStudy.names(2, 2));
    List<Pair> pairs = HiddenTransferStudy.mask(TokenTree.chain(0, 1).ancestors(), 2);
    assertEquals(
        List.of("root", "node 1", "node 1 +1"),
        pairs.stream()
            .filter(pair -> pair.who().equals("node 1 +1") && !pair.sees().equals("nothing"))
            .map(Pair::seen)
            .toList());
    assertEquals(
        List.of("root", "root +1", "root +2"),
        pairs.stream()
            .filter(pair -> pair.who().equals("root +2") && !pair.sees().equals("nothing"))
            .map(Pair::seen)
            .toList());
    assertEquals(
        "a pseudo state",
        pairs.stream()
            .filter(pair -> pair.who().equals("root +2") && pair.seen().equals("root +1"))
            .findFirst()
            .orElseThrow()
            .sees());
  }
}
