using AttentionDsl.Gallery.Commands;

var shared = new SharedOptions();
var root = TourCommand.Create(shared);
root.Add(ShowCommand.Create(shared));
root.Add(VerifyCommand.Create(shared));
root.Add(BenchCommand.Create(shared));

var parsed = root.Parse(args);
int code = parsed.Invoke();
return parsed.Errors.Count > 0 ? Gallery.Fault : code;
