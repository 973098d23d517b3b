using System.Diagnostics;
using AttentionDsl.Lab.Layers;
using AttentionDsl.Lab.Tasks;

namespace AttentionDsl.Lab.Training;

/// <summary>Trains one model on one task. Every batch follows from the seed and the step alone, so a resumed run goes on bit by bit.</summary>
internal sealed class Trainer
{
    private const int EvaluationSequences = 128;
    private const double Solved = 0.999;

    private readonly RunSettings settings;
    private readonly Checkpoint? checkpoint;
    private readonly LanguageModel model;
    private readonly AdamW optimizer;

    /// <param name="settings">The run.</param>
    /// <param name="checkpoint">Where it is kept, if anywhere.</param>
    public Trainer(RunSettings settings, Checkpoint? checkpoint = null)
    {
        (this.settings, this.checkpoint) = (settings, checkpoint);
        model = settings.Model();
        optimizer = new AdamW(model.Parameters, settings.LearningRate, settings.Steps);
        Result = new RunResult { Mixers = settings.Mixers.Text, Seed = settings.Seed, Parameters = model.Parameters.Sum(x => x.Value.Count) };
    }

    /// <summary>What the run has found so far.</summary>
    public RunResult Result { get; private set; }

    public IReadOnlyList<Parameter> Parameters => model.Parameters;

    /// <summary>Trains to the end, or until cancelled; a cancelled run resumes from its checkpoint.</summary>
    /// <param name="report">Called after every step with the number of steps done and the loss of the step.</param>
    /// <param name="cancellation">Ends the run after the current step.</param>
    public RunResult Run(Action<int, double>? report = null, CancellationToken cancellation = default)
    {
        Result = checkpoint?.Load(settings, model.Parameters, optimizer, Result) ?? Result;
        double sum = 0;
        var clock = Stopwatch.StartNew();
        for (int step = Result.Step; step < settings.Steps && !Result.Finished; step++)
        {
            if (cancellation.IsCancellationRequested)
            {
                return Result;
            }

            (int[] tokens, int[] targets) = settings.Task.Batch(new RandomStream(settings.Seed, (ulong)step), settings.Batch, heldOut: false);
            double loss = model.Forward(tokens, targets, settings.Batch).MeanLoss;
            model.Backward(tokens);
            if (!double.IsFinite(loss) || !optimizer.Step(step))
            {
                Result = Result with { Note = $"diverged at step {step + 1}", Diverged = true, Finished = true };
                break;
            }

            sum += loss;
            report?.Invoke(step + 1, loss);
            int since = step + 1 - Result.Step;
            if (since == settings.Interval || step + 1 == settings.Steps)
            {
                Evaluate(step + 1, sum / since, since, clock.Elapsed.TotalSeconds);
                sum = 0;
                clock.Restart();
            }
        }

        if (Result.Step == settings.Steps || Result.Finished)
        {
            Result = Result with { Finished = true, Sweep = Result.Diverged ? [] : [.. settings.Task.Sweep.Select(Measure)] };
        }

        checkpoint?.Save(settings, model.Parameters, optimizer, Result);
        return Result;
    }

    private void Evaluate(int step, double trainLoss, int steps, double seconds)
    {
        Score score = Score(settings.Task);
        bool solved = settings.StopWhenSolved && score.Accuracy >= Solved && Result.Accuracy >= Solved;
        Result = Result with
        {
            Points = [.. Result.Points, new Point(step, trainLoss, score.MeanLoss, score.Accuracy)],
            Seconds = Result.Seconds + seconds,
            Tokens = Result.Tokens + ((long)steps * settings.Batch * settings.Task.Length),
            Note = solved ? "solved early" : "",
            Finished = solved,
        };
        checkpoint?.Save(settings, model.Parameters, optimizer, Result);
    }

    private SweepPoint Measure((string Axis, int Value, SequenceTask Task) x)
    {
        Score score = Score(x.Task);
        return new SweepPoint(x.Axis, x.Value, score.MeanLoss, score.Accuracy);
    }

    /// <summary>The score on sequences that are the same for all runs and never trained on.</summary>
    private Score Score(SequenceTask task)
    {
        var total = default(Score);
        for (int done = 0; done < EvaluationSequences; done += settings.Batch)
        {
            (int[] tokens, int[] targets) = task.Batch(new RandomStream((ulong)done, "evaluation"), settings.Batch, heldOut: true);
            total += model.Forward(tokens, targets, settings.Batch);
        }

        return total;
    }
}
