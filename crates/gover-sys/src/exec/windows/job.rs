//! A job object that ties a child's life to this process.

use std::io;
use std::mem::{size_of, zeroed};
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr::{from_ref, null};

use windows_sys::Win32::Foundation::STATUS_CONTROL_C_EXIT;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
};

/// Puts the child into a job that Windows kills when this process ends for any reason. The result
/// is the handle of the job.
///
/// Processes that the child starts are not in the job. `go` leaves some running on purpose, such as
/// its telemetry upload or a daemon that a test starts.
pub(super) fn die_with_this_process(child: BorrowedHandle<'_>) -> io::Result<OwnedHandle> {
    assign(child, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK)
}

/// The same, and what the child starts is in the job too. The child runs already: what it starts in
/// its first moments is not in the job.
pub(in crate::exec) fn with_everything_it_starts(child: BorrowedHandle<'_>) -> io::Result<OwnedHandle> {
    assign(child, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)
}

/// Ends all processes of the job.
pub(in crate::exec) fn end(job: &OwnedHandle) {
    // SAFETY: the handle is open.
    unsafe { TerminateJobObject(job.as_raw_handle(), STATUS_CONTROL_C_EXIT.cast_unsigned()) };
}

/// Lets processes of the job run on when its handle is closed.
pub(in crate::exec) fn release(job: &OwnedHandle) {
    // If this fails, they end with the job.
    let _ = limit(job, 0);
}

fn assign(child: BorrowedHandle<'_>, flags: JOB_OBJECT_LIMIT) -> io::Result<OwnedHandle> {
    // SAFETY: null attributes and a null name mean an anonymous job with defaults.
    let job = unsafe { CreateJobObjectW(null(), null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just created and has no other owner.
    let job = unsafe { OwnedHandle::from_raw_handle(job) };
    limit(&job, flags)?;
    // SAFETY: both handles are open.
    if unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(job)
}

fn limit(job: &OwnedHandle, flags: JOB_OBJECT_LIMIT) -> io::Result<()> {
    // SAFETY: the structure is plain data for which all zeroes is a valid value.
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { zeroed() };
    limits.BasicLimitInformation.LimitFlags = flags;
    let size = u32::try_from(size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>()).map_err(io::Error::other)?;
    // SAFETY: pointer and size describe `limits`, which lives across the call.
    let set = unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            from_ref(&limits).cast(),
            size,
        )
    };
    if set == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
