using Restoration;

// Restores one scan: dotnet run -- SOURCE DESTINATION [CT|MRI|PET]
if (args is not [var source, var destination, .. var task])
{
    Console.Error.WriteLine(
        "Give a scan (NIfTI, DICOM, or the folder of a DICOM series), what to write, and for NIfTI the task: CT, MRI or PET.");
    return 2;
}

try
{
    var result = RestorationModel.Restore(source, destination, task.FirstOrDefault());
    Console.WriteLine($"{result.Destination}: restored as {result.Task} by {result.Model}");
    foreach (var warning in result.Warnings)
    {
        Console.WriteLine(warning);
    }

    return 0;
}
catch (Exception problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
