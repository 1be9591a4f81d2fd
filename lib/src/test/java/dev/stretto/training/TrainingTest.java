package dev.stretto.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.training.TrainingResult.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class TrainingTest {
  private static TrainingConfig config(long steps) {
    return TrainingConfig.of(Budget.steps(steps), 1e-2).withWarmup(5);
  }

  @Test
  void theLossFallsToTheEntropyOfSmoothedLabels() {
    try (Toy toy = new Toy(1, 0)) {
      TrainingResult result = toy.training(config(300)).run();
      // the smoothed target's own entropy: .1 spread over 11 tokens
      double other = .1 / 11;
      double top = .9 + other;
      double entropy = -top * Math.log(top) - 10 * other * Math.log(other);
      assertEquals(entropy, result.finalLoss(), .03);
      assertEquals(Stop.BUDGET, result.stop());
      assertEquals(300, result.steps());
      assertEquals(new Work(300 * 32, 300), result.work());
      assertTrue(
          toy.parameters().all().values().stream().noneMatch(NDArray::hasGradient),
          "no weight collects gradients after a training");
    }
  }

  @Test
  void anInterruptEndsTheTrainingAfterItsStep() {
    try (Toy toy = new Toy(3, .3)) {
      toy.interruptedCall = 10;
      TrainingResult half = toy.training(config(20)).run();
      assertEquals(Stop.INTERRUPTED, half.stop(), half.reason());
      assertEquals(10, half.steps());
      assertFalse(Thread.interrupted());
      assertThrows(CancellationException.class, half::measures);
    }
  }

  @Test
  void aBudgetOfExamplesEndsWithTheStepThatReachesIt() {
    try (Toy toy = new Toy(3, 0)) {
      assertEquals(20, toy.training(TrainingConfig.of(Budget.examples(20), 1e-2)).run().steps());
    }
  }

  @Test
  void aLossThatIsNoNumberKeepsTheLastGoodWeights() {
    long before;
    try (Toy toy = new Toy(3, 0)) {
      toy.interruptedCall = 11;
      toy.training(config(40)).run();
      before = toy.parameters().checksum();
    }
    try (Toy toy = new Toy(3, 0)) {
      toy.poisonedCall = 13;
      TrainingResult result = toy.training(config(40)).run();
      assertEquals(Stop.DIVERGED, result.stop());
      assertEquals(12, result.steps());
      assertTrue(result.reason().startsWith("step 13 has loss NaN"), result.reason());
      assertEquals(before, toy.parameters().checksum(), "the weights that step 12 was good with");
    }
  }

  @Test
  void aLossThatRunsAwayEndsTheTrainingWithTheWeightsOfTheLastGoodStep() {
    long before;
    try (Toy toy = new Toy(3, 0)) {
      toy.interruptedCall = 49;
      toy.training(config(200)).run();
      before = toy.parameters().checksum();
    }
    try (Toy toy = new Toy(3, 0)) {
      toy.inflatedCall = 51;
      TrainingResult result = toy.training(config(200)).run();
      assertEquals(Stop.DIVERGED, result.stop());
      assertEquals(69, result.steps(), "twenty suspicious losses, the last one without an update");
      assertTrue(result.reason().contains("above 3.0 medians"), result.reason());
      assertEquals(before, toy.parameters().checksum());
    }
  }

  @Test
  void liveArraysStayTheSame() {
    try (Toy toy = new Toy(3, .1)) {
      TrainingConfig config = config(300);
      List<Integer> counts = new ArrayList<>();
      int before = live(toy);
      toy.training(config).progress((status, last) -> counts.add(live(toy))).run();
      assertEquals(1, counts.subList(1, 300).stream().distinct().count(), counts.toString());
      assertEquals(before, live(toy));
      assertEquals(4, toy.parameters().manager().getManagedArrays().size());
    }
  }

  private static int live(Toy toy) {
    NDManager system = Engine.getInstance().newBaseManager().getParentManager();
    return system.getManagedArrays().size() + toy.parameters().manager().getManagedArrays().size();
  }

  @Test
  void sameSeedsGiveTheSameWeightsAndDropoutOthers() {
    long[] sums = new long[3];
    for (int i = 0; i < 3; i++) {
      try (Toy toy = new Toy(3, i < 2 ? .3 : 0)) {
        toy.training(config(10)).run();
        sums[i] = toy.parameters().checksum();
      }
    }
    assertEquals(sums[0], sums[1]);
    assertNotEquals(sums[0], sums[2]);
  }
}
